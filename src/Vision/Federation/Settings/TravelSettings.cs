namespace Learngene.Vision.Federation;

/// <summary>How values are written in a payload.</summary>
public enum PayloadEncoding
{
    /// <summary>32-bit floats.</summary>
    F32,
    /// <summary>16-bit floats.</summary>
    F16,
    /// <summary>bfloat16.</summary>
    Bf16,
    /// <summary>8 bits a value, one 16-bit scale a block of 256 values or more.</summary>
    Int8,
    /// <summary>4 bits a value, one 16-bit scale a block of 64 values or more.</summary>
    Int4,
}

/// <summary>How values travel.</summary>
public sealed record EncodingSettings
{
    /// <summary>From the server. Default int8 for gene-fl's shared-trunk, otherwise f32.</summary>
    public PayloadEncoding? Down { get; init; }
    /// <summary>From the clients, differences to what they were given. Default int4 for gene-fl's shared-trunk, otherwise f32.</summary>
    public PayloadEncoding? Up { get; init; }
    /// <summary>Whether a client adds what an encoding lost to what it sends next. Default false.</summary>
    public bool ErrorFeedback { get; init; }
    /// <summary>Share of each layer's differences that is sent, the largest, 0..1; 0 (default) sends all.</summary>
    public double TopK { get; init; }
}

/// <summary>What is made of the contributions of a round.</summary>
public enum AggregationRule
{
    /// <summary>The mean weighted by samples: streams, and its memory does not grow with the number of clients.</summary>
    Mean,
    /// <summary>The median of each coordinate.</summary>
    Median,
    /// <summary>The mean of each coordinate without its extremes (Yin et al. 2018).</summary>
    TrimmedMean,
    /// <summary>The mean of the contributions nearest to their neighbours (multi-Krum; Blanchard et al. 2017).</summary>
    Krum,
}

/// <summary>What is made of the contributions, and which are refused.</summary>
public sealed record AggregationSettings
{
    /// <summary>mean (default), median, trimmed-mean or krum.</summary>
    public AggregationRule Rule { get; init; } = AggregationRule.Mean;
    /// <summary>trimmed-mean: share that is cut off at each end, 0..0.49. Default 0.2.</summary>
    public double Trim { get; init; } = 0.2;
    /// <summary>krum: share of the contributions that may be malicious, 0..0.49. Default 0.2.</summary>
    public double Byzantine { get; init; } = 0.2;
    /// <summary>krum: contributions that are averaged; 0 (default) all but the possibly malicious, 1 is the paper's.</summary>
    public int Keep { get; init; }
    /// <summary>A contribution of a larger norm is scaled down to it; 0 (default) does not.</summary>
    public double ClipNorm { get; init; }
    /// <summary>A contribution of a larger norm is refused; 0 (default) refuses none but those that no accumulator can hold.</summary>
    public double MaxNorm { get; init; }
    /// <summary>
    /// Most samples that count: one who claims more weighs as much as one with these, 1..4,194,304 / the clients asked. Default: 10,000, or that
    /// bound where it is lower.
    /// </summary>
    public int MaxSamples { get => GivenMaxSamples ?? 10_000; init => GivenMaxSamples = value; }

    internal int? GivenMaxSamples { get; private init; }
}
