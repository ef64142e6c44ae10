using System.Runtime.CompilerServices;
using System.Text.Json;
using Learngene.Federation;
using Learngene.Learngenes;

namespace Learngene.Sdk.Federation;

/// <summary>A federation ended without a learngene.</summary>
/// <param name="status">The federation.</param>
public sealed class FederationFailedException(FederationStatus status) : Exception(status.Error ?? $"federation {status.Name} failed.")
{
    /// <summary>The federation as it ended.</summary>
    public FederationStatus Status => status;
}

/// <summary>Starts, follows and stops federations.</summary>
public sealed class FederationsClient
{
    private readonly IGrainFactory _grains;

    internal FederationsClient(IGrainFactory grains) => _grains = grains;

    /// <summary>Starts a federation; one that is there with the same specification stays as it is, a failed one goes on.</summary>
    /// <param name="specification">JSON as in docs/federations.md; its <c>name</c> names the federation and the learngene it makes.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="RefusedException">It cannot be carried out; nothing was stored.</exception>
    public Task<FederationStatus> StartAsync(string specification, CancellationToken token = default) =>
        Retry.CallAsync(() => Grain(NameIn(specification)).Start(specification), token);

    /// <summary>A federation as it is.</summary>
    /// <exception cref="RefusedException">There is none of that name.</exception>
    public Task<FederationStatus> GetAsync(string name, CancellationToken token = default) => Retry.CallAsync(() => Grain(name).Get(), token);

    /// <summary>All federations, oldest first.</summary>
    public async Task<IReadOnlyList<FederationStatus>> ListAsync(CancellationToken token = default)
    {
        var federations = new List<FederationStatus>();
        foreach (string name in await Retry.CallAsync(() => _grains.ListAsync(Catalogue.Federations), token))
            try
            {
                federations.Add(await GetAsync(name, token));
            }
            catch (RefusedException)
            {
                // Listed, but its start was never finished.
            }
        return [.. federations.OrderBy(f => f.Created).ThenBy(f => f.Name, StringComparer.Ordinal)];
    }

    /// <summary>A federation at each of its changes, the last of them its end.</summary>
    public async IAsyncEnumerable<FederationStatus> WatchAsync(string name, [EnumeratorCancellation] CancellationToken token = default)
    {
        var status = await GetAsync(name, token);
        yield return status;
        while (!status.Ended)
        {
            var next = await Retry.CallAsync(() => Grain(name).Watch(status.Revision), token);
            if (next.Revision != status.Revision) yield return next;
            status = next;
        }
    }

    /// <summary>Waits for a federation's end.</summary>
    /// <param name="name">The federation.</param><param name="progress">Told of each change.</param><param name="token">Stops waiting, not the federation.</param>
    /// <exception cref="FederationFailedException">It failed.</exception>
    public async Task<FederationStatus> WaitAsync(string name, Action<FederationStatus>? progress = null, CancellationToken token = default)
    {
        FederationStatus? last = null;
        await foreach (var status in WatchAsync(name, token))
        {
            progress?.Invoke(status);
            last = status;
        }
        return last!.State != FederationState.Failed ? last : throw new FederationFailedException(last);
    }

    /// <summary>Finished rounds, in order.</summary>
    /// <param name="name">The federation.</param><param name="after">Only rounds after this one.</param><param name="token">Gives up.</param>
    public async Task<IReadOnlyList<RoundSummary>> HistoryAsync(string name, int after = 0, CancellationToken token = default)
    {
        var rounds = new List<RoundSummary>();
        while (true)
        {
            int last = rounds.Count == 0 ? after : rounds[^1].Round;
            var page = await Retry.CallAsync(() => Grain(name).History(last), token);
            if (page.Count == 0) return rounds;
            rounds.AddRange(page);
        }
    }

    /// <summary>Of each hosted client, the late ones last, the images of each label; empty where clients bring their own data.</summary>
    public Task<IReadOnlyList<IReadOnlyList<int>>> HistogramsAsync(string name, CancellationToken token = default) => Retry.CallAsync(() => Grain(name).Histograms(), token);

    /// <summary>Ends a federation after the round in progress; what it has learned is stored.</summary>
    public Task<FederationStatus> StopAsync(string name, CancellationToken token = default) => Retry.CallAsync(() => Grain(name).Stop(), token);

    private static string NameIn(string specification)
    {
        try
        {
            using var document = JsonDocument.Parse(specification);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new RefusedException($"the specification must be a JSON object, not {document.RootElement.ValueKind.ToString().ToLowerInvariant()}.");
            if (document.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } text)
                return text;
        }
        catch (JsonException e)
        {
            throw new RefusedException($"the specification is not JSON: {e.Message}");
        }
        throw new RefusedException("the specification needs a 'name', such as \"fashion/fed\".");
    }

    private IFederationGrain Grain(string name) => _grains.GetGrain<IFederationGrain>(name);
}
