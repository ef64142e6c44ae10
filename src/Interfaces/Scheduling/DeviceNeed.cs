namespace Learngene.Scheduling;

/// <summary>What kind of device a job wants.</summary>
public enum DeviceKind
{
    /// <summary>Whatever is free, a GPU rather than a CPU.</summary>
    Any,
    /// <summary>The processor of a silo's machine.</summary>
    Cpu,
    /// <summary>A GPU.</summary>
    Gpu,
}

/// <summary>Which of the jobs that wait comes first.</summary>
public enum JobPriority
{
    /// <summary>After all others.</summary>
    Low = -1,
    /// <summary>The default.</summary>
    Normal = 0,
    /// <summary>Before all others.</summary>
    High = 1,
}

/// <summary>What a job says about where it wants to run and when its turn is; what it computes does not depend on it.</summary>
[GenerateSerializer, Immutable, Alias("learngene.device-need")]
public sealed record DeviceNeed
{
    /// <summary>The pool whose devices it may use: a lower-case name. Default <c>default</c>.</summary>
    [Id(0)] public string Pool { get; init; } = DefaultPool;
    /// <summary>The kind of device. Default any.</summary>
    [Id(1)] public DeviceKind Kind { get; init; }
    /// <summary>Bytes that the device must have; 0 (default) is what the job is estimated to need.</summary>
    [Id(2)] public long Memory { get; init; }
    /// <summary>Which of the waiting jobs comes first. Default normal.</summary>
    [Id(3)] public JobPriority Priority { get; init; }
    /// <summary>Who asks: devices are shared fairly between users. Default "", a user like any other.</summary>
    [Id(4)] public string User { get; init; } = "";

    /// <summary>The pool of silos and jobs that name none.</summary>
    public const string DefaultPool = "default";

    /// <summary>What names a pool may have, for people.</summary>
    internal const string PoolNames = "lower-case letters, digits and '-', 60 at most";

    /// <summary>Whether a pool may have that name.</summary>
    internal static bool IsPool(string name) => name.Length is > 0 and <= 60 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
