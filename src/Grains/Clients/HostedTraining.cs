using Learngene.Clients;
using Learngene.Grains.Compute;
using Learngene.Grains.Federation;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Clients;

/// <summary>
/// Trains a hosted client on a slot of this silo and contributes. What the client keeps is on the disk before its contribution is; trained
/// again after a crash, it starts from what it kept before the round, and gives the same bytes.
/// </summary>
internal sealed class HostedTraining(ComputeLanes lanes, FederationWorkshop workshop, RoundDoor door)
{
    /// <summary>Trains and contributes; says why the contribution does not count, or null where it does.</summary>
    public async Task<string?> RunAsync(string name, string client, WorkOrder order, ClientTerms terms)
    {
        var federation = workshop.Of(name, terms);
        using var download = await door.DownloadAsync(name, order);
        byte[] upload = await lanes.FreeSlot.RunAsync($"{name} {client}", LanePriority.Training, order.Round, turn =>
        {
            using var trained = federation.Client(RunningFederation.ClientIndex(client));
            var states = federation.Directory.Client(client);
            var outcome = trained.Train(new(order.Round, order.Cohort, order.Layers, order.Seed), download.Bytes, states.Before(order.Round), turn.Breathe);
            if (outcome.State is { } state) states.Keep(order.Round, state);
            return outcome.Upload;
        }, default);
        var answer = await door.ContributeAsync(name, client, order, upload);
        return answer.Counts ? null : answer.Reason;
    }
}
