namespace Learngene;

/// <summary>The cluster's storage does not answer now: nothing was lost, and the same call may be tried again.</summary>
[GenerateSerializer, Alias("learngene.storage-unavailable")]
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Says for how long, and why.</summary>
    public StorageUnavailableException(string message) : base(message) { }

    /// <summary>Says for how long, and what happened.</summary>
    public StorageUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}
