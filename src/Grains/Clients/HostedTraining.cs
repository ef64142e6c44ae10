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
internal sealed class HostedTraining(ComputeLanes lanes, FederationWorkshop workshop, RoundDoor door, LearngeneOptions options)
{
    /// <summary>Trains and contributes; says why the contribution does not count, or null where it does.</summary>
    public async Task<string?> RunAsync(string name, string client, HostedOrder work, ClientTerms terms)
    {
        var (federation, order) = (workshop.Of(name, terms), work.Latest);
        using var download = await work.MoveAsync((latest, token) => door.DownloadAsync(name, latest, token), _ => true);
        byte[] upload = await lanes.FreeSlot.RunAsync($"{name} {client}", LanePriority.Training, order.Round, turn =>
        {
            using var trained = federation.Client(RunningFederation.ClientIndex(client));
            var states = federation.Directory.Client(client);
            var outcome = trained.Train(new(order.Round, order.Cohort, order.Layers, order.Seed), download.Bytes, states.Before(order.Round), turn.Breathe);
            if (outcome.State is { } state) states.Keep(order.Round, state);
            return outcome.Upload;
        }, default);
        var answer = await work.MoveAsync((latest, token) => door.ContributeAsync(name, client, latest, upload, token),
            a => !options.Clustered || a.Counts || a.Outcome is ContributionOutcome.Invalid or ContributionOutcome.TooLong);
        return answer.Counts ? null : answer.Reason;
    }
}
