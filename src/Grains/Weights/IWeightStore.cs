namespace Learngene.Grains.Weights;

/// <summary>
/// Files of weights by the SHA-256 of their content. What is in the store is whole: it was flushed before it got its name.
/// Meant for the compute lane and for HTTP requests, not for a grain's turn: calls wait for the disk.
/// </summary>
internal interface IWeightStore
{
    /// <summary>Stores what is written. The same content again is the same file, with a new date.</summary>
    /// <param name="write">Writes the content; if it throws, nothing is stored.</param>
    /// <param name="token">Passed to <paramref name="write"/>.</param>
    /// <returns>The name of the content.</returns>
    Task<WeightRef> PutAsync(Func<Stream, CancellationToken, Task> write, CancellationToken token);

    /// <summary>The same, synchronously.</summary>
    /// <param name="write">Writes the content; if it throws, nothing is stored.</param>
    /// <returns>The name of the content.</returns>
    WeightRef Put(Action<Stream> write);

    /// <summary>Opens content for reading, at its start. The first time in this process, all of it is checked against its hash.</summary>
    /// <param name="reference">Which.</param>
    /// <returns>The open file, to be disposed of.</returns>
    /// <exception cref="WeightNotFoundException">It is not there.</exception>
    /// <exception cref="CorruptWeightException">The file's hash is another; the file has been moved to quarantine.</exception>
    FileStream Open(WeightRef reference);

    /// <summary>The same where a thread must not wait, such as a request's.</summary>
    /// <param name="reference">Which.</param>
    /// <param name="token">Gives up.</param>
    /// <returns>The open file, to be disposed of.</returns>
    Task<FileStream> OpenAsync(WeightRef reference, CancellationToken token = default) => Task.FromResult(Open(reference));

    /// <summary>Whether content is there, in full length.</summary>
    /// <param name="reference">Which.</param>
    /// <returns>Whether it is.</returns>
    bool Exists(WeightRef reference);

    /// <summary>The same for a grain's turn, which must not wait.</summary>
    /// <param name="reference">Which.</param>
    /// <returns>Whether it is.</returns>
    /// <exception cref="TimeoutException">A store elsewhere does not answer.</exception>
    Task<bool> ExistsAsync(WeightRef reference) => Task.FromResult(Exists(reference));

    /// <summary>Makes content as young as if it had just been stored, for who is about to refer to it.</summary>
    /// <param name="reference">Which.</param>
    /// <returns>Whether it is there, in full length; if not, it is to be stored.</returns>
    /// <exception cref="TimeoutException">A store elsewhere does not answer.</exception>
    Task<bool> TouchAsync(WeightRef reference);

    /// <summary>Reads all of some content and checks it against its hash, whatever was checked before.</summary>
    /// <param name="reference">Which.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="WeightNotFoundException">It is not there.</exception>
    /// <exception cref="CorruptWeightException">The hash is another; what was read has been moved to quarantine.</exception>
    Task VerifyAsync(WeightRef reference, CancellationToken token);

    /// <summary>Removes content. Those who have it open can read on.</summary>
    /// <param name="reference">Which.</param>
    /// <param name="writtenBefore">If given, only what was last stored before this moment is removed, even when it is being stored again right now.</param>
    /// <returns>Whether there was something to remove.</returns>
    bool Delete(WeightRef reference, DateTimeOffset? writtenBefore = null);

    /// <summary>The same for a grain's turn, which must not wait.</summary>
    /// <param name="reference">Which.</param>
    /// <returns>Whether there was something to remove.</returns>
    /// <exception cref="TimeoutException">A store elsewhere does not answer.</exception>
    Task<bool> DeleteAsync(WeightRef reference) => Task.FromResult(Delete(reference));

    /// <summary>Everything in the store.</summary>
    /// <returns>In no order; what comes or goes meanwhile may be missing.</returns>
    IEnumerable<StoredWeight> List();

    /// <summary>The same for a grain's turn, which must not wait.</summary>
    /// <returns>All content with its dates.</returns>
    /// <exception cref="TimeoutException">A store elsewhere does not answer.</exception>
    Task<IReadOnlyList<StoredWeight>> ListAsync() => Task.FromResult<IReadOnlyList<StoredWeight>>([.. List()]);

    /// <summary>How much of an upload is here.</summary>
    /// <param name="expected">What is being uploaded.</param>
    /// <returns>Bytes received; the whole length once it is in the store.</returns>
    long Received(WeightRef expected);

    /// <summary>The same where a thread must not wait.</summary>
    /// <param name="expected">What is being uploaded.</param>
    /// <returns>Bytes received; the whole length once it is in the store.</returns>
    Task<long> ReceivedAsync(WeightRef expected) => Task.FromResult(Received(expected));

    /// <summary>Goes on with an upload. If the content breaks off, what came is kept.</summary>
    /// <param name="expected">What is being uploaded.</param>
    /// <param name="offset">Where this part begins, in bytes; must be what <see cref="Received"/> says.</param>
    /// <param name="content">The part.</param>
    /// <param name="token">Ends the part; what came is kept.</param>
    /// <returns>Whether the upload is complete and in the store.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not where the upload has got to.</exception>
    /// <exception cref="WeightMismatchException">More came than expected, or the hash is another; all of the upload is discarded.</exception>
    /// <exception cref="IOException">Another request is going on with the same upload, or the disk fails.</exception>
    Task<bool> AppendAsync(WeightRef expected, long offset, Stream content, CancellationToken token);

    /// <summary>Removes what broken-off uploads and writers left behind, unless somebody is writing it.</summary>
    /// <param name="writtenBefore">Only what was last written before this moment.</param>
    /// <returns>Files removed.</returns>
    int DeleteTemporaries(DateTimeOffset writtenBefore);
}

/// <summary>Content in the store.</summary>
/// <param name="Reference">Its name.</param>
/// <param name="Written">When it was last stored.</param>
internal sealed record StoredWeight(WeightRef Reference, DateTimeOffset Written);

/// <summary>Content that is not in the store.</summary>
/// <param name="message">Which, and what to do.</param>
internal sealed class WeightNotFoundException(string message) : Exception(message);

/// <summary>A file whose content is not what its name says.</summary>
/// <param name="message">Which, and where it is now.</param>
internal sealed class CorruptWeightException(string message) : Exception(message);

/// <summary>An upload that is not what was announced.</summary>
/// <param name="message">The two values that disagree.</param>
internal sealed class WeightMismatchException(string message) : Exception(message);

/// <summary>A store elsewhere that does not answer, or refuses; what was kept is kept.</summary>
/// <param name="message">Which, what it was asked, and what to do.</param>
/// <param name="inner">What it or the network said last.</param>
/// <param name="stopping">Whether it would have been tried on, were the silo not about to end.</param>
internal sealed class WeightStoreUnavailableException(string message, Exception? inner = null, bool stopping = false) : IOException(message, inner)
{
    /// <summary>Whether it would have been tried on, were the silo not about to end.</summary>
    public bool Stopping => stopping;
}
