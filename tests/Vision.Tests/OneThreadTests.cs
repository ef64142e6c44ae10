using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Decomposition;
using Learngene.Vision.Tests.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests;

/// <summary>A test may be the first thing that its thread does.</summary>
public sealed class OneThreadTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_new_thread_computes_the_same_bits_first_as_later()
    {
        await Task.Yield();
        List<float[]> logits = [];
        for (int i = 0; i < 5; i++)
        {
            var thread = new Thread(() => logits.AddRange([Logits(), Logits()]));
            thread.Start();
            thread.Join();
        }
        Assert.All(logits, l => Assert.Equal(logits[0], l));
    }

    private static float[] Logits()
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 5, 3));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return [.. new ComponentTrainable(sample.Shape, sample.Parameters, new() { Training = DecompositionTraining.Together }).Predictor()(VitForwardTests.Images(3, 2, 6)).data<float>()];
    }
}
