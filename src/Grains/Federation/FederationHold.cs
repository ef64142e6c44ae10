using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Learngene.Grains.Federation;

/// <summary>Whether a federation is this silo's still, by what the storage says and not by what this process remembers.</summary>
internal sealed class FederationHold(IServiceProvider services, LearngeneOptions options)
{
    private const string State = "federation";

    /// <summary>Whether there may be other silos, so that it has to be asked.</summary>
    public bool Needed => options.Clustered;

    /// <summary>A question to be asked before anything is acknowledged; null where nobody else can have the federation.</summary>
    /// <param name="federation">The federation's grain.</param><param name="epoch">The epoch in which it was taken.</param>
    public Func<Task<bool>>? Of(GrainId federation, long epoch) => !Needed ? null : async () =>
    {
        var stored = new GrainState<FederationRecord>();
        await services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME).ReadStateAsync(State, federation, stored);
        return stored.State?.Epoch == epoch;
    };
}
