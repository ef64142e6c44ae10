using System.Collections;

namespace Learngene.Vision.Data.Loading;

/// <summary>The consumer's end of a run. The threads do not know it, so one that is simply forgotten is collected and stops them.</summary>
internal sealed class BatchEnumerator(BatchRun run) : IEnumerator<Batch>
{
    private Batch? _current;

    ~BatchEnumerator() => run.Stop();

    public Batch Current => _current ?? throw new InvalidOperationException("There is no current batch: call MoveNext first, and while it returns true.");

    object IEnumerator.Current => Current;

    public bool MoveNext() => (_current = run.Take()) is not null;

    public void Reset() => throw new NotSupportedException("Enumerate the loader again instead.");

    public void Dispose()
    {
        _current = null;
        run.Dispose();
        GC.SuppressFinalize(this);
    }
}
