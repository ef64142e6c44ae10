using Learngene.Vision.Baselines;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Decomposition;
using Learngene.Vision.Tests.Lets;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Baselines;

/// <summary>A random ViT as a source, and the models that baselines make of it, as plain numbers.</summary>
internal sealed class BaselineSample(VitShape shape, int seed = 3) : IDisposable
{
    public VitShape Shape { get; } = shape.Validated();

    public ParameterSet Parameters { get; } = DecompositionSample.Model(shape, seed);

    public ModelConfig Config => new() { Kind = "vit", Vit = Shape };

    public Dictionary<string, Numbers> Numbers => Read(VitWeights.From(Shape, Get), Shape);

    public Tensor Get(string name) => Parameters[name].detach();

    public Dictionary<string, Numbers> Made(InitialiseSettings settings, ParameterSet? learnt = null)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var method = KnownBaselines.Initialisation(settings.Baseline);
        var target = method.Target(Config, settings);
        return Read(method.Weights(Config, Get, target, learnt), target);
    }

    public static Dictionary<string, Numbers> Read(VitWeights weights, VitShape shape) =>
        weights.Named(shape).ToDictionary(w => w.Key, w => Of(w.Value));

    public static Numbers Of(Tensor t)
    {
        using var values = t.detach().contiguous().clone();
        return new([.. values.shape.Select(n => (int)n)], [.. values.data<float>().ToArray().Select(x => (double)x)]);
    }

    public static void AssertEqual(Numbers expected, Numbers actual, string name, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double worst = expected.Values.Zip(actual.Values, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= tolerance, $"{name}: off by {worst}");
    }

    public void Dispose() => Parameters.Dispose();
}
