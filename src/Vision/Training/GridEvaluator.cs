using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Learngene.Vision.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>One model of a grid.</summary>
/// <param name="Name">What the caller calls it.</param>
/// <param name="Cost">Its operations per image; the dearest are begun first, so that no core ends up alone with one.</param>
/// <param name="Predictor">Begins predictions: logits (B, classes) of images (B, C, H, W). Called on the thread that runs it.</param>
public sealed record GridModel(string Name, long Cost, Func<Func<Tensor, Tensor>> Predictor);

/// <summary>
/// Measures many models on one split. The images are decoded once; on a CPU each core runs a model of its own with one thread, which for
/// small models is faster than all cores on one (docs/results/training-speed.md). A GPU runs one model after the other.
/// </summary>
public static class GridEvaluator
{
    private const int BatchSize = 250;
    private const long MostBytes = 1L << 30;

    /// <summary>Accuracy and loss of each model, by its name.</summary>
    /// <param name="models">The models.</param>
    /// <param name="set">The split.</param><param name="preprocess">What the models were trained with.</param>
    /// <param name="watcher">Breathes between batches, on the caller's thread.</param>
    /// <param name="device">Where the models are. Default: the CPU.</param>
    /// <param name="take">Measure on the first so many images of a fixed shuffle; 0 (default) is all that fit a gigabyte.</param>
    /// <param name="threads">Cores to use on a CPU; 0 (default) is what the caller's thread may use.</param>
    public static IReadOnlyDictionary<string, Evaluation> Run(
        IReadOnlyList<GridModel> models, ImageSet set, Preprocess preprocess, ITrainingWatcher watcher, Device? device = null, int take = 0, int threads = 0)
    {
        device ??= CPU;
        var (batches, labels) = Load(set, preprocess, watcher, device, take);
        try
        {
            var waiting = new ConcurrentQueue<GridModel>(models.OrderByDescending(m => m.Cost));
            var found = new ConcurrentDictionary<string, Evaluation>();
            int cores = device.type == DeviceType.CPU ? Math.Min(threads > 0 ? threads : get_num_threads(), models.Count) : 1;
            if (cores <= 1) Measure(waiting, found, batches, labels, watcher.Breathe);
            else OnCores(cores, breathe => Measure(waiting, found, batches, labels, breathe), watcher);
            return found;
        }
        finally
        {
            foreach (var batch in batches) batch.Dispose();
        }
    }

    private static (List<Tensor> Batches, List<long[]> Labels) Load(ImageSet set, Preprocess preprocess, ITrainingWatcher watcher, Device device, int take)
    {
        long bytes = sizeof(float) * (long)set.Geometry.Channels * set.Geometry.Height * set.Geometry.Width;
        int most = (int)Math.Min(set.Count, Math.Max(BatchSize, MostBytes / bytes));
        var (batches, labels) = (new List<Tensor>(), new List<long[]>());
        using var loader = new BatchLoader(new() { Set = set, Preprocess = preprocess, BatchSize = BatchSize, Take = take > 0 || most < set.Count ? Math.Min(take > 0 ? take : most, most) : null });
        foreach (var batch in loader)
        {
            watcher.Breathe();
            batches.Add(Images.ToTensor(batch, device).DetachFromDisposeScope());
            labels.Add([.. batch.Labels]);
        }
        return (batches, labels);
    }

    // The caller's thread works too, and is the one that breathes; the others look whether it has stopped.
    private static void OnCores(int cores, Action<Action> work, ITrainingWatcher watcher)
    {
        int before = get_num_threads();
        using var stop = new CancellationTokenSource();
        ExceptionDispatchInfo? failure = null;
        void Guarded(Action breathe)
        {
            try
            {
                set_num_threads(1); // of this thread alone
                work(breathe);
            }
            catch (Exception e) // the first failure is the grid's
            {
                if (Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null) is null) stop.Cancel();
            }
        }
        var others = Enumerable.Range(1, cores - 1).Select(i => new Thread(() => Guarded(stop.Token.ThrowIfCancellationRequested)) { IsBackground = true, Name = $"grid {i}" }).ToList();
        foreach (var thread in others) thread.Start();
        Guarded(() =>
        {
            stop.Token.ThrowIfCancellationRequested();
            watcher.Breathe();
        });
        foreach (var thread in others) thread.Join();
        set_num_threads(before);
        failure?.Throw();
    }

    private static void Measure(ConcurrentQueue<GridModel> waiting, ConcurrentDictionary<string, Evaluation> found, List<Tensor> batches, List<long[]> labels, Action breathe)
    {
        using var none = no_grad();
        while (waiting.TryDequeue(out var model))
        {
            using var scope = NewDisposeScope();
            var predict = model.Predictor();
            int right = 0, images = 0;
            double loss = 0;
            for (int i = 0; i < batches.Count; i++)
            {
                breathe();
                using var inner = NewDisposeScope();
                var logits = predict(batches[i]);
                var truth = tensor(labels[i]).to(logits.device);
                right += (int)logits.argmax(1).eq(truth).sum().item<long>();
                loss += nn.functional.cross_entropy(logits, truth, reduction: nn.Reduction.Sum).item<float>();
                images += labels[i].Length;
            }
            found[model.Name] = new((double)right / images, loss / images, images);
        }
    }
}
