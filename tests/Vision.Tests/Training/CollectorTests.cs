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
        var shape = new VitShape { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = 16, Depth = 4, Heads = 1 };
        using var parameters = VitInit.Create(shape, 3);
        var weights = VitWeights.From(shape, name => parameters[name]);
        var vit = new Vit(shape);
        using var generator = new Generator(5);
        using var images = rand([4, 1, 28, 28], generator: generator);
        float[]? first = null;
        for (int i = 0; i < 3_000; i++)
        {
            using var none = no_grad();
            using var scope = NewDisposeScope();
            float[] logits = vit.Forward(images, weights).data<float>().ToArray();
            Assert.Equal(first ??= logits, logits);
        }
        await stop.CancelAsync();
        collector.Join();
    }
}
