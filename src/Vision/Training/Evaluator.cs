using Learngene.Vision.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>How good predictions are.</summary>
/// <param name="Accuracy">Share of images whose largest logit is their label's, 0..1.</param>
/// <param name="Loss">Mean cross entropy.</param>
/// <param name="Images">Images evaluated.</param>
public sealed record Evaluation(double Accuracy, double Loss, int Images);

/// <summary>Runs a predictor over a split.</summary>
public static class Evaluator
{
    private const int BatchSize = 250;

    /// <summary>Accuracy and loss of <paramref name="predict"/> on <paramref name="set"/>.</summary>
    /// <param name="predict">Logits (B, classes) of images (B, C, H, W).</param>
    /// <param name="set">The split.</param><param name="preprocess">What the model was trained with.</param>
    /// <param name="watcher">Breathes between batches.</param>
    /// <param name="device">Where the model is. Default: the CPU.</param>
    /// <param name="progress">Told how many images of how many are done.</param>
    /// <param name="take">Evaluate on the first so many images of a fixed shuffle; 0 (default) is all.</param>
    public static Evaluation Run(
        Func<Tensor, Tensor> predict, ImageSet set, Preprocess preprocess, ITrainingWatcher watcher, Device? device = null, int take = 0, Action<int, int>? progress = null)
    {
        int right = 0, images = 0;
        double loss = 0;
        ForEachBatch(set, preprocess, watcher, device ?? CPU, take, (batch, pixels, _) =>
        {
            var logits = predict(pixels);
            var labels = tensor(batch.Labels).to(logits.device);
            right += (int)logits.argmax(1).eq(labels).sum().item<long>();
            loss += nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum).item<float>();
            images += batch.Count;
            progress?.Invoke(images, take > 0 ? Math.Min(take, set.Count) : set.Count);
        });
        return new(images == 0 ? 0 : (double)right / images, images == 0 ? 0 : loss / images, images);
    }

    /// <summary>Shows each image once, as it is and in the set's order, with the number of the batch's first image; without gradients.</summary>
    internal static void ForEachBatch(ImageSet set, Preprocess preprocess, ITrainingWatcher watcher, Device device, int take, Action<Batch, Tensor, int> action)
    {
        using var none = no_grad();
        using var loader = new BatchLoader(new() { Set = set, Preprocess = preprocess, BatchSize = BatchSize, Take = take > 0 ? Math.Min(take, set.Count) : null });
        foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            watcher.Breathe();
            action(batch, Images.ToTensor(batch, device), batch.Number * BatchSize);
        }
    }
}
