using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>A method minus the reference, pair by pair.</summary>
/// <param name="Method">The method.</param><param name="Epochs">Its epochs.</param><param name="ReferenceEpochs">The reference's.</param>
/// <param name="Pairs">How many pairs of cells there are.</param>
/// <param name="BySeed">Each seed's mean difference.</param>
/// <param name="Wins">Sizes at which the mean over seeds is above.</param><param name="Ties">At which it is the same to 0.1 points.</param><param name="Losses">Below.</param>
internal sealed record Comparison(string Method, int Epochs, int ReferenceEpochs, int Pairs, IReadOnlyList<double> BySeed, int Wins, int Ties, int Losses)
{
    private const double Same = 0.0005; // what is printed as 0.0 points

    public double Mean => BySeed.Average();

    /// <summary>Over the seeds' means, since cells of a seed share their ancestry model; null for one seed.</summary>
    public Interval? Interval => Statistics.Interval95(BySeed);

    /// <summary>Every method against the reference: after equal epochs, or, where one of the two starts from random weights, each number against each.</summary>
    public static IReadOnlyList<Comparison> All(Scores scores) => scores.Reference is not { } reference ? [] :
    [
        .. from method in scores.Methods
           where method != reference
           from epochs in scores.EpochsOf(method)
           from other in scores.EpochsOf(reference)
           where epochs == other || IsFromRandom(scores, method) != IsFromRandom(scores, reference)
           let found = Of(scores, method, epochs, reference, other)
           where found is not null
           select found,
    ];

    /// <summary>One method minus another, or null where no two cells pair.</summary>
    public static Comparison? Of(Scores scores, string method, int epochs, string reference, int referenceEpochs)
    {
        var pairs = (from a in Cells(scores, method, epochs)
                     join b in Cells(scores, reference, referenceEpochs) on (a.Seed, Scores.SizeOf(a)) equals (b.Seed, Scores.SizeOf(b))
                     where a.Components is null || b.Components is null || a.Components == b.Components
                     select (a.Seed, Size: (Scores.SizeOf(a), a.Components ?? b.Components), Difference: a.Accuracy!.Value - b.Accuracy!.Value)).ToList();
        if (pairs.Count == 0) return null;
        var sizes = pairs.GroupBy(p => p.Size).Select(g => g.Average(p => p.Difference)).ToList();
        return new(method, epochs, referenceEpochs, pairs.Count, [.. pairs.GroupBy(p => p.Seed).Select(g => g.Average(p => p.Difference))],
            sizes.Count(d => d >= Same), sizes.Count(d => Math.Abs(d) < Same), sizes.Count(d => d <= -Same));
    }

    private static IEnumerable<CellResult> Cells(Scores scores, string method, int epochs) =>
        scores.Results.Cells.Where(c => c.Method == method && c.Epochs == epochs && c.Accuracy is not null);

    private static bool IsFromRandom(Scores scores, string method) => scores.Fullest(method).FromRandom;
}
