using Learngene.Vision;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Hosted clients that come and go on a seed. Who is there, and what becomes of whom, depends on client and round alone.</summary>
/// <param name="settings">How much; null for clients that are always there.</param>
internal sealed class Scenario(ScenarioSettings? settings)
{
    private enum Draw : ulong { Arrives = 1, ArrivesWhen, Leaves, Crashes, Straggles }

    /// <summary>Those of the first so many clients that are there in a round.</summary>
    public IReadOnlyList<int> Present(int clients, int round) => settings is null ? [.. Enumerable.Range(0, clients)] : [.. Enumerable.Range(0, clients).Where(c => IsPresent(c, round))];

    /// <summary>Why a client that was asked will not contribute; null where it will.</summary>
    public string? Loss(int client, int round) =>
        settings is null ? null
        : Chance(Draw.Crashes, client, round) < settings.Crashing ? "crashed"
        : Chance(Draw.Straggles, client, round) < settings.Straggling ? "straggled" : null;

    private bool IsPresent(int client, int round)
    {
        int arrival = Chance(Draw.Arrives, client, 0) < settings!.Arriving ? 1 + (int)(Chance(Draw.ArrivesWhen, client, 0) * settings.ArrivedBy) : 1;
        for (int r = arrival; r <= round; r++)
            if (Chance(Draw.Leaves, client, r) < settings.Leaving)
            {
                if (settings.ReturningAfter == 0 || r + settings.ReturningAfter > round) return false;
                r += settings.ReturningAfter - 1;
            }
        return round >= arrival;
    }

    private double Chance(Draw draw, int client, int round) =>
        (Seeds.Derive(settings!.Seed, (ulong)draw, (ulong)client, (ulong)round) >> 11) * (1.0 / (1UL << 53));
}
