using System.Collections.Concurrent;

namespace Learngene.Vision.Data.Loading;

/// <summary>Batches whose arrays wait to be filled again, full ones and those of the last size apart.</summary>
internal sealed class BatchPool(ImageGeometry geometry)
{
    private readonly ConcurrentDictionary<int, ConcurrentStack<Batch>> _free = new();

    public Batch Rent(int count) => Free(count).TryPop(out var batch) ? batch : new(count, geometry);

    public void Return(Batch batch) => Free(batch.Count).Push(batch);

    private ConcurrentStack<Batch> Free(int count) => _free.GetOrAdd(count, static _ => new());
}
