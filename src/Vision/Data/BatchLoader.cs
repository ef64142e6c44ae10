using System.Collections;
using Learngene.Vision.Data.Loading;

namespace Learngene.Vision.Data;

/// <summary>
/// One pass over a set of images in batches, prepared ahead by threads of its own and delivered in order. What is delivered follows from the options
/// alone: not from the number of threads, nor from where in the epoch it starts. Each enumeration is the same pass again.
/// An error in a thread surfaces when its batch is asked for. Dispose ends and joins all threads. For one consumer thread.
/// </summary>
public sealed class BatchLoader : IDisposable, IEnumerable<Batch>
{
    private readonly EpochPlan _plan;
    private readonly BatchPool _pool;
    private readonly List<BatchRun> _runs = [];
    private bool _disposed;

    /// <summary>Checks the options and fixes the order; no image is read yet.</summary>
    /// <param name="options">Which images, in what order, varied how.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which, and what is allowed.</exception>
    public BatchLoader(BatchLoaderOptions options)
    {
        options.Check();
        Options = options;
        _plan = new(options);
        _pool = new(options.Set.Geometry);
    }

    /// <summary>What the loader was made with.</summary>
    public BatchLoaderOptions Options { get; }

    /// <summary>Batches in the whole epoch; <see cref="BatchLoaderOptions.FirstBatch"/> of them are skipped.</summary>
    public int BatchCount => Options.Batches;

    /// <summary>Starts preparing batches. Dispose the enumerator (foreach does) to stop before the end.</summary>
    /// <returns>An enumerator for one thread; its batches are valid until it moves on.</returns>
    /// <exception cref="ObjectDisposedException">The loader was disposed.</exception>
    public IEnumerator<Batch> GetEnumerator()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _runs.RemoveAll(earlier => earlier.Ended);
        var run = new BatchRun(_plan, _pool);
        _runs.Add(run);
        return new BatchEnumerator(run);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Ends what is still being enumerated and joins its threads.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var run in _runs)
            run.Dispose();
        _runs.Clear();
    }
}
