using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>What generating the weights, forward and backward, takes of a step of LeTs' stage 1.</summary>
internal static class WeightGenerationBenchmark
{
    private const int Batch = 128, Times = 25;

    public static Task RunAsync()
    {
        Measure(96, 8, "< 10");
        Measure(48, 3, "reported, no target");
        return Task.CompletedTask;
    }

    private static void Measure(int width, int depth, string expected)
    {
        var lets = new LetsShape { Learngene = Workload.Shape(48, 4), Auxiliary = Workload.Shape(96, 8) };
        var descendant = lets.Descendant(width, depth);
        var selection = Selection.Continuous(lets, width, DepthList.For(lets.Rows, depth));
        using var parameters = LetsParameters.Create(lets, 1);
        using var plain = VitInit.Create(descendant, 1);
        using var optimiser = new AdamW(parameters, new());
        using var plainOptimiser = new AdamW(plain, new());
        var (images, labels) = Workload.Noise(descendant, Batch);
        VitWeights Expand() => Expansion.Expand(lets, name => parameters[name], selection);
        var grads = Expand().Named(descendant).ToDictionary(w => w.Key, w => randn_like(w.Value));
        void Generate()
        {
            using var scope = NewDisposeScope();
            var generated = Expand().Named(descendant);
            autograd.backward([.. generated.Values], [.. generated.Keys.Select(k => grads[k])]);
        }
        var seconds = Report.Interleaved(Times, Workload.Step(new Fixed(parameters, descendant, Expand), optimiser, images, labels), Generate,
            Workload.Step(new VitTrainable(descendant, plain, new()), plainOptimiser, images, labels));
        string[] names = ["step of stage 1", "generation alone", "plain step"];
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"{width}x{depth} {names[i],-17} {Report.Spread([.. seconds[i].Select(s => s * 1000)])} ms");
        var shares = Report.Ratios(seconds[1], seconds[0]);
        Console.WriteLine($"{width}x{depth} share             {Report.Spread([.. shares.Select(s => s * 100)])} %");
        Report.Line($"weightgen.{width}x{depth}", 100 * Report.Median(shares), "% of the step", expected, "F1");
    }

    /// <summary>Stage 1 at one size.</summary>
    private sealed class Fixed(ParameterSet parameters, VitShape shape, Func<VitWeights> expand) : ITrainable
    {
        private readonly Vit _vit = new(shape);
        public ParameterSet Parameters => parameters;
        public VitOutput Train(Tensor images, long step) => _vit.Run(images, expand());
        public Func<Tensor, Tensor> Predictor() => images => Train(images, 0).Logits;
    }
}
