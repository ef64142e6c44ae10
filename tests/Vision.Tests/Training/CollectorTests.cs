using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

/// <summary>TorchSharp's scalars are freed under a native call when a collection comes at the wrong moment, unless somebody keeps them.</summary>
public sealed class CollectorTests
{
    [Fact(Timeout = 120_000)]
    public async Task Beside_a_collector_that_never_rests_the_same_weights_give_the_same_logits()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (int i = 0; i < 200; i++) _ = new byte[1_000];
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        var shape = new VitShape { ImageSize = 14, PatchSize = 7, Channels = 1, Classes = 10, Width = 16, Depth = 4, Heads = 1 };
        using var parameters = VitInit.Create(shape, 3);
        var weights = VitWeights.From(shape, name => parameters[name]);
        using var generator = new Generator(5);
        using var images = rand([2, 1, 14, 14], generator: generator);
        float[] expected = Logits(shape, images, weights);
        var wrong = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var workers = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 1_500 && wrong.IsEmpty; i++)
                    if (!expected.SequenceEqual(Logits(shape, images, weights))) wrong.Enqueue($"other logits at {i}");
            }
            catch (Exception e) // libtorch says what it read
            {
                wrong.Enqueue(e.Message);
            }
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        await stop.CancelAsync();
        collector.Join();
        Assert.Empty(wrong);
    }

    private static float[] Logits(VitShape shape, Tensor images, VitWeights weights)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return new Vit(shape).Forward(images, weights).data<float>().ToArray();
    }
}
