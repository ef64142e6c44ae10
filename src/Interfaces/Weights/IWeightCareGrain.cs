namespace Learngene;

/// <summary>What is to be done to all weights.</summary>
[GenerateSerializer, Alias("learngene.weight-care-kind")]
public enum WeightCareKind
{
    /// <summary>Reads everything and compares hashes; what is wrong is moved to quarantine.</summary>
    Verify,
    /// <summary>Removes what nothing refers to and what is older than the grace period.</summary>
    Collect,
    /// <summary>Copies everything to another place, leaving out what is there.</summary>
    Copy,
}

/// <summary>How far such work is.</summary>
[GenerateSerializer, Alias("learngene.weight-care-state")]
public enum WeightCareState
{
    /// <summary>It goes on.</summary>
    Running,
    /// <summary>All of it is done; there may be problems with single files.</summary>
    Completed,
    /// <summary>It could not go on.</summary>
    Failed,
    /// <summary>It was stopped.</summary>
    Cancelled,
}

/// <summary>A piece of work on all weights.</summary>
/// <param name="Kind">What.</param>
/// <param name="DryRun">Of a collection: only says what would go.</param>
/// <param name="To">Of a copy: a directory of the silo's machine, or s3://bucket/prefix.</param>
[GenerateSerializer, Immutable, Alias("learngene.weight-care")]
public sealed record WeightCare([property: Id(0)] WeightCareKind Kind, [property: Id(1)] bool DryRun = false, [property: Id(2)] string? To = null);

/// <summary>A file that something is wrong with.</summary>
/// <param name="Weights">Which.</param>
/// <param name="Problem">What, in a sentence.</param>
[GenerateSerializer, Immutable, Alias("learngene.weight-problem")]
public sealed record WeightProblem([property: Id(0)] WeightRef Weights, [property: Id(1)] string Problem);

/// <summary>How far a piece of work on all weights is.</summary>
[GenerateSerializer, Immutable, Alias("learngene.weight-care-status")]
public sealed record WeightCareStatus
{
    /// <summary>Whether it goes on, and how it ended.</summary>
    [Id(0)] public WeightCareState State { get; init; }
    /// <summary>Files that it is about.</summary>
    [Id(1)] public int Files { get; init; }
    /// <summary>Their bytes.</summary>
    [Id(2)] public long Bytes { get; init; }
    /// <summary>Files that are done.</summary>
    [Id(3)] public int FilesDone { get; init; }
    /// <summary>Their bytes.</summary>
    [Id(4)] public long BytesDone { get; init; }
    /// <summary>Files removed, or copied; of a dry run, that would be.</summary>
    [Id(5)] public int Changed { get; init; }
    /// <summary>Their bytes.</summary>
    [Id(6)] public long ChangedBytes { get; init; }
    /// <summary>Remains of broken-off uploads that were removed.</summary>
    [Id(7)] public int Temporaries { get; init; }
    /// <summary>SHA-256 of what was removed; the first thousand.</summary>
    [Id(8)] public IReadOnlyList<string> Removed { get; init; } = [];
    /// <summary>Files that something is wrong with; the first hundred.</summary>
    [Id(9)] public IReadOnlyList<WeightProblem> Problems { get; init; } = [];
    /// <summary>Why it could not go on.</summary>
    [Id(10)] public string? Error { get; init; }
    /// <summary>Changes with everything else here.</summary>
    [Id(11)] public long Revision { get; init; }
    /// <summary>How long it has taken, seconds.</summary>
    [Id(12)] public double Seconds { get; init; }

    /// <summary>Whether it has ended.</summary>
    public bool Ended => State != WeightCareState.Running;
}

/// <summary>A piece of work on all weights, by an id that who wants it makes up. Nothing of it is written: what was done is done, so after a silo's end it is begun again and soon is where it was.</summary>
[Alias("learngene.weight-care-grain")]
public interface IWeightCareGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that the work goes on, and tells how far it is when that is no longer what the caller knows, or after 15 s.</summary>
    /// <param name="work">What; the same each time.</param>
    /// <param name="revision">What the caller knows; 0 at first.</param>
    /// <exception cref="RefusedException">There is no such place, or the id is that of other work.</exception>
    [Alias("Run"), ResponseTimeout("00:00:25")] Task<WeightCareStatus> Run(WeightCare work, long revision);

    /// <summary>Stops it.</summary>
    [Alias("Cancel")] Task Cancel();
}
