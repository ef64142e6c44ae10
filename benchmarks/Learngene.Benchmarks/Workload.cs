using Learngene.Grains.Compute;
using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>What is trained here: the demo's models on the shipped images, or on noise where only the arithmetic counts.</summary>
internal static class Workload
{
    public static string DataPath => Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist");

    public static VitShape Shape(int width, int depth, int patch = 7) => new VitShape
    {
        ImageSize = 28, PatchSize = patch, Channels = 1, Classes = 10, Width = width, Depth = depth, Heads = VitShape.DefaultHeads(width),
    }.Validated();

    /// <summary>Multiplications and additions of a training step, products only: forward, and twice that backward.</summary>
    public static double StepFlops(VitShape s, int batch)
    {
        double tokens = (double)batch * s.Tokens;
        double perToken = 2.0 * s.PatchValues * s.Width + s.Depth * (8.0 * s.Width * s.Width + 4.0 * s.Width * s.Hidden + 4.0 * s.Tokens * s.Width);
        return 3 * tokens * perToken;
    }

    /// <summary>One training step on images that are already there.</summary>
    public static Action Step(ITrainable model, AdamW optimiser, Tensor images, Tensor labels)
    {
        long step = 0;
        return () =>
        {
            using var scope = NewDisposeScope();
            var loss = nn.functional.cross_entropy(model.Train(images, step).Logits, labels);
            loss.backward();
            optimiser.Step(step++, 1e-4);
            loss.item<float>();
        };
    }

    /// <summary>A batch of noise.</summary>
    public static (Tensor Images, Tensor Labels) Noise(VitShape s, int batch) =>
        (randn(batch, s.Channels, s.ImageSize, s.ImageSize), randint(s.Classes, batch, dtype: ScalarType.Int64));

    /// <summary>Trains a small model on so many steps of the shipped images.</summary>
    public static void Train(DataSet data, int width, int depth, int steps, int batch = 128)
    {
        var options = new TrainingOptions { Epochs = 1, Batch = batch, Images = steps * batch, TestImages = 1 };
        using var parameters = VitInit.Create(Shape(width, depth), 1);
        new Trainer(new VitTrainable(Shape(width, depth), parameters, options), data, data.Preprocess, options).Run(new NoWatcher());
    }

    /// <summary>Runs on a thread of its own, as nice as a lane's.</summary>
    public static void OnNicedThread(int threads, Action action)
    {
        var thread = new Thread(() =>
        {
            Niceness.LowerThisThread();
            set_num_threads(threads);
            action();
        });
        thread.Start();
        thread.Join();
    }
}
