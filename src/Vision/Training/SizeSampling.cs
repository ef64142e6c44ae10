namespace Learngene.Vision.Training;

/// <summary>Which sizes are drawn more often where a training draws one for each step.</summary>
public enum SizeSampling
{
    /// <summary>All alike.</summary>
    Uniform,
    /// <summary>Small ones: the smaller of two draws along each axis.</summary>
    Small,
    /// <summary>Large ones: the larger of two draws along each axis.</summary>
    Large,
}

/// <summary>What a preference makes of two draws.</summary>
internal static class SizePreference
{
    /// <summary>The one of two draws along an axis that is preferred; the first where none is.</summary>
    public static int Of(this SizeSampling sampling, int first, int second) => sampling switch
    {
        SizeSampling.Small => Math.Min(first, second),
        SizeSampling.Large => Math.Max(first, second),
        _ => first,
    };
}
