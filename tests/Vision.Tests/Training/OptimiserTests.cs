using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

public sealed class OptimiserTests
{
    [Theory(Timeout = 60_000), InlineData(0, 0.05, 0.999), InlineData(0.5, 0.3, 0.98), InlineData(1e6, 0, 0.999), InlineData(0, 0.05, 0.9999999)]
    public Task AdamW_takes_the_steps_of_the_formulas(double clip, double decay, double beta2) => Within.OneMinute(() =>
    {
        var options = new TrainingOptions { Clip = clip, WeightDecay = decay, Beta1 = 0.85, Beta2 = beta2, Epsilon = 1e-6 };
        using var parameters = Random();
        using var optimiser = new AdamW(parameters, options);
        double[] w = [.. Flat(parameters.Values)], m = new double[w.Length], v = new double[w.Length];
        bool[] decays = [.. parameters.Specs.SelectMany(s => Enumerable.Repeat(Decays(s), (int)s.Elements))];
        Assert.Contains(true, decays);
        Assert.Contains(false, decays);
        for (int t = 1; t <= 20; t++)
        {
            double rate = 0.01 * t;
            double[] g = [.. Gradients(parameters, t)];
            double norm = Math.Sqrt(g.Sum(x => x * x)), scale = clip > 0 && norm > clip ? clip / norm : 1;
            for (int i = 0; i < w.Length; i++)
            {
                double x = g[i] * scale;
                m[i] = 0.85 * m[i] + 0.15 * x;
                v[i] = beta2 * v[i] + (1 - beta2) * x * x;
                if (decays[i]) w[i] -= rate * decay * w[i];
                w[i] -= rate * (m[i] / (1 - Math.Pow(0.85, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(beta2, t))) + 1e-6);
            }
            optimiser.Step(t - 1, rate);
            Assert.All(Flat(parameters.Gradients), x => Assert.Equal(0, x));
        }
        AssertNear(w, Flat(parameters.Values), 2e-5);
        AssertNear(m, Flat(optimiser.First), 2e-5);
        AssertNear(v, Flat(optimiser.Second), 2e-5);
    });

    [Fact(Timeout = 60_000)]
    public Task One_pass_and_tensor_operations_take_the_same_steps() => Within.OneMinute(() =>
    {
        var options = new TrainingOptions { WeightDecay = 0.2 };
        using var one = Random();
        using var other = Random();
        using var onePass = new AdamW(one, options);
        using var operations = new AdamW(other, options);
        for (int t = 1; t <= 20; t++)
        {
            Gradients(one, t);
            Gradients(other, t);
            onePass.Step(t - 1, 0.01);
            using (no_grad())
            using (NewDisposeScope())
                operations.Operations(1, 0.01, 1 - Math.Pow(options.Beta1, t), 1 - Math.Pow(options.Beta2, t));
        }
        AssertNear(Flat(other.Values), Flat(one.Values), 1e-5);
        AssertNear(Flat(operations.First), Flat(onePass.First), 1e-5);
        AssertNear(Flat(operations.Second), Flat(onePass.Second), 1e-5);
        Assert.All(Flat(other.Gradients), x => Assert.Equal(0, x));
    });

    // METHODS 1.5: none on 1-D parameters, biases and the position embedding; nor on the class token.
    private static bool Decays(ParameterSpec s) => s.Shape.Length > 1 && s.Name is not ("pos_embed" or "cls_token") && !s.Name.EndsWith("bias", StringComparison.Ordinal);

    private static ParameterSet Random()
    {
        // An odd number of values in each group, so that the vectors of the one pass leave a remainder.
        var parameters = VitInit.Create(LetsSample.Vit(9, 1, 3, token: true), 1);
        LetsSample.AddNoise(parameters, 1, 1);
        return parameters;
    }

    private static double[] Gradients(ParameterSet parameters, int seed)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        foreach (var spec in parameters.Specs)
            parameters[spec.Name].grad!.copy_(empty(spec.Shape).normal_(0, 0.1, generator));
        return Flat(parameters.Gradients);
    }

    private static double[] Flat(Tensor t) => [.. t.data<float>().ToArray().Select(x => (double)x)];

    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"[{i}]: {actual[i]} for {expected[i]}");
    }
}
