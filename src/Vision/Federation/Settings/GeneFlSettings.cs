namespace Learngene.Vision.Federation;

/// <summary>Sets the defaults of the other options of gene-fl.</summary>
public enum GeneFlProfile
{
    /// <summary>What a prototype found good (METHODS 3.4) [R].</summary>
    SharedTrunk,
    /// <summary>The paper as far as it says, reconstructed where it does not (METHODS 3.3).</summary>
    Paper,
}

/// <summary>Which layers are the learngene.</summary>
public enum GeneSelection
{
    /// <summary>Head, final norm and the lowest layers, up to the budget [R].</summary>
    SharedTrunk,
    /// <summary>Smallest score first [R].</summary>
    Smallest,
    /// <summary>Largest cosine first [R].</summary>
    MostStable,
    /// <summary>Largest score first: the text to the letter [R].</summary>
    Literal,
    /// <summary>By lot, anew in every round: a control.</summary>
    Random,
}

/// <summary>Who chooses the learngene's layers.</summary>
public enum GeneChooser
{
    /// <summary>The server, one set a round from the scores that clients sent [R].</summary>
    Server,
    /// <summary>Each client for itself.</summary>
    Client,
}

/// <summary>Which coordinates the elastic penalty holds.</summary>
public enum ElasticRule
{
    /// <summary>Those whose Fisher information is high: the abstract.</summary>
    HighFisher,
    /// <summary>Those whose Fisher information is low: the text to the letter.</summary>
    Literal,
    /// <summary>None.</summary>
    None,
}

/// <summary>How far two groups of clients are apart.</summary>
public enum Linkage
{
    /// <summary>What joining them adds to the spread.</summary>
    Ward,
    /// <summary>The mean over all pairs.</summary>
    Average,
}

/// <summary>What a newcomer's layers are that are not downloaded.</summary>
public enum NewcomerRule
{
    /// <summary>The values that all clients started from: 0 bytes [R].</summary>
    CommonSeed,
    /// <summary>Fresh randomness: a control.</summary>
    Random,
}

/// <summary>What of the model is averaged over whom.</summary>
public enum TrunkRule
{
    /// <summary>Head and final norm per cohort, everything else over everyone [R].</summary>
    Everyone,
    /// <summary>Everything per cohort.</summary>
    Cohort,
}

/// <summary>How the Fisher information is estimated.</summary>
public enum FisherRule
{
    /// <summary>The square of the gradient of each image's own loss.</summary>
    PerSample,
    /// <summary>The square of each mini-batch's gradient, times its images: cheaper, an approximation.</summary>
    MiniBatch,
}

/// <summary>What a client tells about its data so that it finds its cohort.</summary>
public sealed record SignatureSettings
{
    /// <summary>Left singular vectors per label, p, 1..64. Default 1; paper: 5.</summary>
    public int? Vectors { get; init; }
    /// <summary>Dimensions of a random projection before the decomposition, 8..4,096; 0 leaves images as they are. Default 64; paper: 0.</summary>
    public int? Projection { get; init; }
}

/// <summary>Options of gene-fl; <see cref="Profile"/> sets the defaults of those that are not given.</summary>
public sealed record GeneFlSettings
{
    /// <summary>shared-trunk (default) or paper.</summary>
    public GeneFlProfile Profile { get; init; } = GeneFlProfile.SharedTrunk;
    /// <summary>Share of the whole model's payload that may travel, each way, 0.001..1. Default 1/2 where values are quantised to 8 bits or fewer, otherwise 1/4; paper: 1/4.</summary>
    public double? Budget { get; init; }
    /// <summary>Cohorts, K, 1..1,000. Default 10; paper: 3.</summary>
    public int? Cohorts { get; init; }
    /// <summary>What is averaged over whom. Default everyone; paper: cohort.</summary>
    public TrunkRule? Trunk { get; init; }
    /// <summary>Which layers. Default shared-trunk; paper: most-stable.</summary>
    public GeneSelection? Selection { get; init; }
    /// <summary>Who chooses. Default server; paper: client.</summary>
    public GeneChooser? Chooser { get; init; }
    /// <summary>Exponent of a layer's size in its score, -1, 0 or 1. Default 1 [S].</summary>
    public int DimExponent { get; init; } = 1;
    /// <summary>Which coordinates the elastic penalty holds. Default high-fisher.</summary>
    public ElasticRule Elastic { get; init; } = ElasticRule.HighFisher;
    /// <summary>Weight of |theta - Theta|^2, 0..1,000. Default 0.01.</summary>
    public double LambdaSmooth { get; init; } = 0.01;
    /// <summary>Weight of the same over the elastic coordinates, 0..1,000. Default 0.01.</summary>
    public double LambdaElastic { get; init; } = 0.01;
    /// <summary>Share of the coordinates below the Fisher threshold, 0..1. Default 0.5.</summary>
    public double FisherQuantile { get; init; } = 0.5;
    /// <summary>Mini-batches that the Fisher information is estimated from, 1..10,000. Default 1.</summary>
    public int FisherBatches { get; init; } = 1;
    /// <summary>per-sample (default) or mini-batch.</summary>
    public FisherRule Fisher { get; init; } = FisherRule.PerSample;
    /// <summary>How groups of clients are compared. Default ward; paper: average.</summary>
    public Linkage? Linkage { get; init; }
    /// <summary>Groups farther apart than this are not joined, degrees; then <see cref="Cohorts"/> is the most there may be. Default: none.</summary>
    public double? DistanceThreshold { get; init; }
    /// <summary>What a client tells about its data.</summary>
    public SignatureSettings Signature { get; init; } = new();
    /// <summary>A newcomer's other layers. Default common-seed.</summary>
    public NewcomerRule Newcomer { get; init; } = NewcomerRule.CommonSeed;

    /// <summary>These options with everything filled in that was left to the profile.</summary>
    internal GeneFlSettings Resolved(bool quantised)
    {
        bool paper = Profile == GeneFlProfile.Paper;
        return this with
        {
            Budget = Budget ?? (!paper && quantised ? 0.5 : 0.25),
            Cohorts = Cohorts ?? (paper ? 3 : 10),
            Trunk = Trunk ?? (paper ? TrunkRule.Cohort : TrunkRule.Everyone),
            Selection = Selection ?? (paper ? GeneSelection.MostStable : GeneSelection.SharedTrunk),
            Chooser = Chooser ?? (paper ? GeneChooser.Client : GeneChooser.Server),
            Linkage = Linkage ?? (paper ? Federation.Linkage.Average : Federation.Linkage.Ward),
            Signature = Signature with { Vectors = Signature.Vectors ?? (paper ? 5 : 1), Projection = Signature.Projection ?? (paper ? 0 : 64) },
        };
    }
}
