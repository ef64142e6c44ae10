using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>A cohort's durable state.</summary>
[GenerateSerializer, Alias("learngene.cohort-record")]
internal sealed record CohortRecord
{
    // Id 0 was the names of all members.
    /// <summary>Members whose signatures stand for all.</summary>
    [Id(1)] public IReadOnlyList<CohortMember> Exemplars { get; init; } = [];
}

/// <summary>
/// Clients with similar data, told by the signatures of some of them. Who all the others are is in the roster: a cohort of a hundred thousand is
/// written no more often, and is no longer, than one of a hundred.
/// </summary>
internal sealed class CohortGrain([PersistentState("cohort")] IPersistentState<CohortRecord> state, RoundLanes lanes) : Grain, ICohortGrain
{
    // A newcomer is compared with so many members at most.
    private const int MostExemplars = 64;
    private readonly Durable<CohortRecord> _record = new(state);

    public Task Add(IReadOnlyList<CohortMember> members) => _record.ChangeAsync(r =>
    {
        var signed = members.Where(m => m.Signature is not null && r.Exemplars.All(e => e.Client != m.Client)).Take(MostExemplars - r.Exemplars.Count).ToList();
        return signed.Count == 0 ? r : new() { Exemplars = [.. r.Exemplars, .. signed] };
    });

    public Task Remove(string client) => _record.ChangeAsync(r => r.Exemplars.All(e => e.Client != client) ? r : new() { Exemplars = [.. r.Exemplars.Where(e => e.Client != client)] });

    public Task<double> Distance(byte[] signature)
    {
        var exemplars = _record.Value.Exemplars;
        return exemplars.Count == 0 ? Task.FromResult(double.PositiveInfinity) : lanes.Folding.RunAsync("distance", LanePriority.Urgent, 0, _ =>
        {
            var newcomer = Signature.Parse(signature);
            return exemplars.Average(e => Signature.Distance(newcomer, Signature.Parse(e.Signature)));
        }, default);
    }
}
