using static System.FormattableString;

namespace Learngene.Vision.Budgets;

/// <summary>Picks the best model that a device can afford.</summary>
public static class SizePicker
{
    /// <summary>Runners-up that are told.</summary>
    public const int MostRunnersUp = 5;

    private const double Tie = 1e-12;

    /// <summary>
    /// The most accurate size that keeps every limit. Where accuracies are equal (to 1e-12), the cheaper one: fewer operations, then fewer
    /// parameters, then the one listed first. Where none is known, more parameters, and then more components, count as more accurate.
    /// </summary>
    /// <exception cref="InvalidInputException">The budget says nothing, or no size keeps it; names each limit and the smallest size.</exception>
    public static SizeChoice Pick(IReadOnlyList<SizeOption> options, Budget budget, AccuracyModel accuracy)
    {
        budget.Validated();
        if (options.Count == 0) throw new InvalidInputException("there is no size to choose from.");
        var fitting = options.Where(budget.Allows).Select(o => new Candidate(o, accuracy.Of(o))).ToList();
        if (fitting.Count == 0) throw new InvalidInputException(NothingFits(options, budget));
        int count = fitting.Count;
        List<SizeFigures> ranked = [];
        while (fitting.Count > 0 && ranked.Count <= MostRunnersUp)
        {
            var best = Best(fitting);
            fitting.Remove(best);
            ranked.Add(Figures(best.Size, budget, best.Accuracy));
        }
        return new(ranked[0], Reason(ranked[0], options.Count, count, budget), ranked[1..], options.Count, count);
    }

    private static Candidate Best(List<Candidate> candidates)
    {
        double best = candidates.Max(c => c.Score);
        return candidates.Where(c => c.Score >= best - Tie).OrderBy(c => c.Flops).ThenBy(c => c.Size.Parameters)
            .ThenByDescending(c => c.Accuracy.Source == AccuracySource.Unknown ? c.Size.Components : null).First();
    }

    private static SizeFigures Figures(SizeOption size, Budget budget, AccuracyEstimate accuracy) =>
        new(size, size.Parameters, size.Flops, size.Bytes(budget.Type), budget.Profile?.Latency(size.Shape), accuracy);

    private static string Reason(SizeFigures best, int considered, int fitting, Budget budget)
    {
        string why = best.Accuracy.Source switch
        {
            AccuracySource.Measured => Invariant($"has the best accuracy, {best.Accuracy.Value:P1} measured,"),
            AccuracySource.Predicted => Invariant($"has the best accuracy, {best.Accuracy.Value:P1} predicted,"),
            _ => "is the largest (no accuracy is known, so larger is assumed better)",
        };
        return $"{best.Size.Name} {why} of the {fitting:N0} of {considered:N0} sizes within {Limits(budget)}: {Costs(best)}.";
    }

    private static string NothingFits(IReadOnlyList<SizeOption> options, Budget budget)
    {
        var smallest = options.OrderBy(o => o.Parameters).ThenBy(o => o.Flops).First();
        return $"none of the {options.Count:N0} sizes is within {Limits(budget)}; the smallest, {smallest.Name}, has "
            + $"{Costs(Figures(smallest, budget, new(null, AccuracySource.Unknown)))}: raise what it exceeds.";
    }

    private static string Limits(Budget b) => string.Join(", ", ((string?[])
    [
        b.MaxParams is { } p ? Invariant($"maxParams {p:N0}") : null,
        b.MaxFlops is { } f ? Invariant($"maxFlops {f:N0}") : null,
        b.MaxBytes is { } s ? Invariant($"maxBytes {s:N0}") : null,
        b.MaxLatency is { } l ? Invariant($"maxLatency {l * 1e3:G4} ms") : null,
    ]).OfType<string>());

    private static string Costs(SizeFigures f) => Invariant($"{f.Parameters:N0} parameters, {f.Flops:N0} FLOPs, {f.Bytes:N0} bytes")
        + (f.Latency is { } latency ? Invariant($", {latency * 1e3:G4} ms for an image") : "");

    private sealed record Candidate(SizeOption Size, AccuracyEstimate Accuracy)
    {
        public long Flops { get; } = Size.Flops;

        public double Score { get; } = Accuracy.Value ?? Size.Parameters;
    }
}
