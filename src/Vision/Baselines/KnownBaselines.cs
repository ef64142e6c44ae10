namespace Learngene.Vision.Baselines;

/// <summary>The baselines by name.</summary>
public static class KnownBaselines
{
    private static readonly SortedDictionary<string, object> All = new(StringComparer.Ordinal)
    {
        ["tleg"] = new Tleg(), ["sws"] = new Sws(), ["wave"] = new Wave(), ["ligo"] = new Ligo(), ["weight-selection"] = new WeightSelection(),
        ["stacking"] = new Stacking(), ["copying"] = new Copying(), ["front"] = new Front(),
    };

    /// <summary>Names of those that learn something once.</summary>
    public static IReadOnlyList<string> Shared { get; } = Names<ISharedBaseline>();

    /// <summary>Names of those that initialise a model of one size.</summary>
    public static IReadOnlyList<string> Initialisations { get; } = Names<IInitialisation>();

    /// <summary>The baseline of that name that learns something once.</summary>
    /// <exception cref="InvalidInputException">There is none; names those there are.</exception>
    public static ISharedBaseline SharedBaseline(string? name) => Find<ISharedBaseline>(name, Shared);

    /// <summary>The initialisation of that name.</summary>
    /// <exception cref="InvalidInputException">There is none; names those there are.</exception>
    public static IInitialisation Initialisation(string? name) => Find<IInitialisation>(name, Initialisations);

    private static string[] Names<T>() => [.. All.Where(b => b.Value is T).Select(b => b.Key)];

    private static T Find<T>(string? name, IReadOnlyList<string> allowed) where T : class =>
        name is not null && All.TryGetValue(name, out object? found) && found is T baseline
            ? baseline
            : throw new InvalidInputException($"baseline '{name}' is not known here; allowed are {string.Join(", ", allowed)}.");
}
