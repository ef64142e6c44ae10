namespace Learngene.Grains.Federation.Rounds;

/// <summary>What became of a contribution.</summary>
internal enum ContributionOutcome
{
    /// <summary>It counts, and is on the disk.</summary>
    Accepted,
    /// <summary>The client's contribution counts already; this one was not needed.</summary>
    Already,
    /// <summary>The round is over, or is another.</summary>
    Late,
    /// <summary>It cannot be what it should.</summary>
    Invalid,
    /// <summary>It is longer than is taken.</summary>
    TooLong,
    /// <summary>Another upload of the same client is going on.</summary>
    Busy,
    /// <summary>The disk does not take it.</summary>
    Storage,
}

/// <summary>The answer to a contribution.</summary>
/// <param name="Outcome">What became of it.</param><param name="Reason">One sentence, where it was not accepted.</param>
internal sealed record ContributionAnswer(ContributionOutcome Outcome, string Reason = "")
{
    /// <summary>Whether it counts.</summary>
    public bool Counts => Outcome is ContributionOutcome.Accepted or ContributionOutcome.Already;
}

/// <summary>A contribution that is in the sums, on its way onto the disk.</summary>
/// <param name="Meta">What is known of it.</param><param name="Payload">Its bytes.</param>
internal sealed record Folded(Accepted Meta, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Set when it is on the disk, or fails with what kept it from there.</summary>
    public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
