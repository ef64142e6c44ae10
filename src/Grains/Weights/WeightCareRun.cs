using System.Collections.Concurrent;

namespace Learngene.Grains.Weights;

/// <summary>Goes over all weights, a few at a time, and counts; on the pool, watched by a grain.</summary>
internal sealed class WeightCareRun(IWeightStore store, IWeightStore? target, WeightReferences references, TimeProvider time, WeightCare work) : IDisposable
{
    private const int AtOnce = 4, MostProblems = 100, MostRemoved = 1_000;
    private readonly CancellationTokenSource _cancel = new();
    private readonly ConcurrentQueue<WeightProblem> _problems = new();
    private readonly ConcurrentQueue<string> _removed = new();
    private readonly long _start = time.GetTimestamp();
    private int _files, _done, _changed, _temporaries;
    private long _bytes, _bytesDone, _changedBytes;

    public WeightCare Work => work;

    /// <summary>How far it is, while it runs.</summary>
    public WeightCareStatus Status => new()
    {
        Files = _files, Bytes = Interlocked.Read(ref _bytes), FilesDone = _done, BytesDone = Interlocked.Read(ref _bytesDone), Changed = _changed, ChangedBytes = Interlocked.Read(ref _changedBytes),
        Temporaries = _temporaries, Removed = [.. _removed], Problems = [.. _problems.OrderBy(p => p.Weights.Sha256, StringComparer.Ordinal)], Seconds = time.GetElapsedTime(_start).TotalSeconds,
    };

    public void Cancel() => _cancel.Cancel();

    /// <summary>Does it.</summary>
    /// <returns>The end.</returns>
    public async Task<WeightCareStatus> RunAsync()
    {
        try
        {
            await (work.Kind switch
            {
                WeightCareKind.Verify => EachAsync(VerifyAsync),
                WeightCareKind.Collect => CollectAsync(),
                WeightCareKind.Copy => EachAsync(CopyAsync),
                _ => throw new ArgumentOutOfRangeException(nameof(work), work.Kind, "unknown work"),
            });
            return Status with { State = WeightCareState.Completed };
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            return Status with { State = WeightCareState.Cancelled };
        }
        catch (Exception e) // whatever the store or the disk says ends the work and is told
        {
            return Status with { State = WeightCareState.Failed, Error = Jobs.JobError.Clean(e.Message) };
        }
    }

    private async Task EachAsync(Func<WeightRef, CancellationToken, Task> one)
    {
        var all = store.List().ToList();
        (_files, _bytes) = (all.Count, all.Sum(s => s.Reference.Length));
        using var room = new SemaphoreSlim(AtOnce);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token); // by the first that fails
        Exception? first = null;
        await Task.WhenAll(all.Select(async stored =>
        {
            await room.WaitAsync();
            try
            {
                if (broken.IsCancellationRequested) return;
                await Task.Run(() => one(stored.Reference, broken.Token), broken.Token);
                Interlocked.Increment(ref _done);
                Interlocked.Add(ref _bytesDone, stored.Reference.Length);
            }
            catch (Exception e) // the first ends the rest, and is the one that is told
            {
                Interlocked.CompareExchange(ref first, e, null);
                await broken.CancelAsync();
            }
            finally
            {
                room.Release();
            }
        }));
        _cancel.Token.ThrowIfCancellationRequested();
        if (first is not null) throw first;
    }

    private async Task VerifyAsync(WeightRef weights, CancellationToken token)
    {
        try
        {
            await store.VerifyAsync(weights, token);
        }
        catch (WeightNotFoundException)
        {
            // Collected since it was listed: nothing is wrong.
        }
        catch (CorruptWeightException e)
        {
            Note(weights, e.Message);
        }
    }

    private async Task CopyAsync(WeightRef weights, CancellationToken token)
    {
        try
        {
            if (await target!.TouchAsync(weights)) return;
            await using var file = await store.OpenAsync(weights, token);
            var copied = await target.PutAsync((to, t) => file.CopyToAsync(to, t), token);
            if (copied != weights) throw new CorruptWeightException($"The weights {weights.Sha256} became {copied.Sha256} on their way to {work.To}.");
            Interlocked.Increment(ref _changed);
            Interlocked.Add(ref _changedBytes, weights.Length);
        }
        catch (WeightNotFoundException)
        {
            // As above.
        }
        catch (CorruptWeightException e)
        {
            Note(weights, e.Message);
        }
    }

    private void Note(WeightRef weights, string problem)
    {
        if (_problems.Count < MostProblems) _problems.Enqueue(new(weights, problem));
    }

    private async Task CollectAsync()
    {
        var (referenced, old) = await references.GatherAsync();
        var all = store.List().ToList();
        (_files, _bytes) = (all.Count, all.Sum(s => s.Reference.Length));
        var collected = new WeightCollector(store).Collect(referenced, old, work.DryRun, removed =>
        {
            if (_removed.Count < MostRemoved) _removed.Enqueue(removed.Sha256);
            Interlocked.Increment(ref _changed);
            Interlocked.Add(ref _changedBytes, removed.Length);
        }, _cancel.Token);
        (_temporaries, _done, _bytesDone) = (collected.Temporaries, _files, _bytes);
    }

    public void Dispose()
    {
        (target as IDisposable)?.Dispose();
        _cancel.Dispose();
    }
}
