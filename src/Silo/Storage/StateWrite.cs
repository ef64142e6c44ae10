namespace Learngene.Silo.Storage;

/// <summary>Which row: bytes, because grain types and keys need not be text.</summary>
/// <param name="Type">Grain type.</param>
/// <param name="Key">Key of the grain.</param>
/// <param name="Name">Name of the state.</param>
internal readonly record struct StateKey(byte[] Type, byte[] Key, string Name)
{
    /// <summary>The key of one grain's state.</summary>
    /// <param name="name">Name of the state.</param>
    /// <param name="grain">The grain.</param>
    /// <returns>The key.</returns>
    internal static StateKey Of(string name, GrainId grain) => new(grain.Type.AsSpan().ToArray(), grain.Key.AsSpan().ToArray(), name);
}

/// <summary>A row as it is stored.</summary>
/// <param name="Version">Its version, counted from 1.</param>
/// <param name="Payload">The serialised state.</param>
internal sealed record StoredState(long Version, byte[] Payload);

/// <summary>What became of a write.</summary>
/// <param name="Done">Whether the version was the expected one, and the write was done.</param>
/// <param name="Version">The version there is now; null for none.</param>
internal readonly record struct WriteOutcome(bool Done, long? Version);

/// <summary>A read that waits for its turn.</summary>
/// <param name="Key">Which row.</param>
internal sealed record StateRead(StateKey Key)
{
    internal TaskCompletionSource<StoredState?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A write that waits for its turn, and then for the commit of the batch it is in.</summary>
/// <param name="Key">Which row.</param>
/// <param name="Expected">The version that must be there; null for none.</param>
/// <param name="Payload">The new state; null to remove the row.</param>
internal sealed record StateWrite(StateKey Key, long? Expected, byte[]? Payload)
{
    internal TaskCompletionSource<WriteOutcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Known once applied, told to the caller once committed.</summary>
    internal WriteOutcome Outcome { get; set; }
}
