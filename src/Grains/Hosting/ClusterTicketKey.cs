using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Learngene.Grains;

/// <summary>What is kept of the key.</summary>
[GenerateSerializer, Immutable, Alias("learngene.ticket-key")]
internal sealed record TicketKeyRecord
{
    [Id(0)] public byte[] Key { get; init; } = [];
}

/// <summary>
/// One key of tickets for the whole cluster, so that what one silo allows opens the door of every other. The first silo that ever starts makes
/// it; it lies in the storage with everything else.
/// </summary>
internal sealed class ClusterTicketKey(IServiceProvider services, LearngeneOptions options) : ILifecycleParticipant<ISiloLifecycle>
{
    private const int Length = 32;
    private static readonly GrainId s_id = GrainId.Create("learngene.ticket-key", "cluster");

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(ClusterTicketKey), ServiceLifecycleStage.ApplicationServices, TakeAsync);

    private async Task TakeAsync(CancellationToken token)
    {
        var storage = services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        var stored = new GrainState<TicketKeyRecord>();
        while (true)
        {
            await storage.ReadStateAsync("key", s_id, stored);
            if (stored.State is { Key.Length: Length })
            {
                options.TicketKey = stored.State.Key;
                return;
            }
            stored.State = new() { Key = RandomNumberGenerator.GetBytes(Length) };
            try
            {
                await storage.WriteStateAsync("key", s_id, stored);
            }
            catch (InconsistentStateException)
            {
                // Another silo was first; its key is the one.
            }
        }
    }
}
