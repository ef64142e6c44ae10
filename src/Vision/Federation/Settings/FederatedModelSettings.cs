namespace Learngene.Vision.Federation;

/// <summary>How the values that all clients start from are drawn.</summary>
public enum FederatedInit
{
    /// <summary>Uniform, deviation 1 / sqrt(inputs), biases zero [R]: what short training at small widths needs; a third of the variance costs 1 to 3 points.</summary>
    FanIn,
    /// <summary>Deviation 0.02 whatever the inputs, biases zero, as DeiT; uniform here.</summary>
    Deit,
}

/// <summary>Architecture of a federation's model; image size, channels and classes are the data set's.</summary>
public sealed record FederatedModelSettings
{
    /// <summary>Channels of a token, D, 1..16,384.</summary>
    public required int Width { get; init; }
    /// <summary>Encoder layers, 1..256.</summary>
    public required int Depth { get; init; }
    /// <summary>Attention heads, a divisor of the width. Default: heads of 64 channels from width 192 on, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>Patch size, pixels; divides the image size.</summary>
    public required int Patch { get; init; }
    /// <summary>fan-in (default) or deit.</summary>
    public FederatedInit Init { get; init; } = FederatedInit.FanIn;
}
