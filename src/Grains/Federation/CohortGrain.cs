using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>A cohort's durable state.</summary>
[GenerateSerializer, Alias("learngene.cohort-record")]
internal sealed record CohortRecord
{
    /// <summary>Members; of some the signatures, which stand for all.</summary>
    [Id(0)] public HashSet<string> Members { get; init; } = [];
    [Id(1)] public IReadOnlyList<CohortMember> Exemplars { get; init; } = [];
}

/// <summary>Clients with similar data.</summary>
internal sealed class CohortGrain([PersistentState("cohort")] IPersistentState<CohortRecord> state, RoundLanes lanes) : Grain, ICohortGrain
{
    // A newcomer is compared with so many members at most.
    private const int MostExemplars = 64;
    private readonly Durable<CohortRecord> _record = new(state);
    private int _round;

    public Task<CohortStatus> Get() => Task.FromResult(new CohortStatus(_record.Value.Members.Count, _round));

    public Task Add(IReadOnlyList<CohortMember> members) => _record.ChangeAsync(r =>
    {
        if (members.All(m => r.Members.Contains(m.Client))) return r;
        var signed = members.Where(m => m.Signature is not null && r.Exemplars.All(e => e.Client != m.Client)).Take(MostExemplars - r.Exemplars.Count);
        return new() { Members = [.. r.Members, .. members.Select(m => m.Client)], Exemplars = [.. r.Exemplars, .. signed] };
    });

    public Task Remove(string client) => _record.ChangeAsync(r => !r.Members.Contains(client) ? r
        : new() { Members = [.. r.Members.Where(m => m != client)], Exemplars = [.. r.Exemplars.Where(e => e.Client != client)] });

    public Task<double> Distance(byte[] signature)
    {
        var exemplars = _record.Value.Exemplars;
        return exemplars.Count == 0 ? Task.FromResult(double.PositiveInfinity) : lanes.Folding.RunAsync("distance", LanePriority.Urgent, 0, _ =>
        {
            var newcomer = Signature.Parse(signature);
            return exemplars.Average(e => Signature.Distance(newcomer, Signature.Parse(e.Signature)));
        }, default);
    }

    public Task Advance(int round)
    {
        _round = Math.Max(_round, round);
        return Task.CompletedTask;
    }
}
