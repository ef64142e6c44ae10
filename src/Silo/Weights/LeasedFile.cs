namespace Learngene.Silo.Weights;

/// <summary>A file of the cache that stays there until this is disposed of.</summary>
internal sealed class LeasedFile : FileStream
{
    private readonly FileStream _file;
    private Action? _closed;

    /// <summary>Takes over an open file.</summary>
    /// <param name="file">The file, at its start.</param>
    /// <param name="closed">Called once, when it is closed.</param>
    public LeasedFile(FileStream file, Action closed)
        : base(file.SafeFileHandle, FileAccess.Read, bufferSize: 1 << 18) => (_file, _closed) = (file, closed);

    public override string Name => _file.Name;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _file.Dispose();
        Interlocked.Exchange(ref _closed, null)?.Invoke();
    }
}
