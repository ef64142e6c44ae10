using Learngene.Vision.Federation;
using Learngene.Vision.Models;
using TorchSharp;
using static Learngene.Vision.Tests.Federation.FederationSample;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Federation;

public sealed class MethodTests
{
    private const string Plain = "\"clip\": 0, \"momentum\": 0, \"lr\": 0.05";

    [Fact(Timeout = 60_000)]
    public async Task FedProx_is_the_smooth_term_of_gene_fl_with_mu_twice_lambda()
    {
        await Task.Yield();
        var prox = TaskOf("fedprox", """ "fedProx": {"mu": 0.6}, "localEpochs": 2 """);
        var gene = TaskOf("gene-fl", """ "geneFl": {"lambdaSmooth": 0.3, "elastic": "none", "cohorts": 1, "budget": 1}, "encoding": {"up": "f32", "down": "f32"}, "localEpochs": 2 """);
        var plain = TaskOf("fedavg", "\"localEpochs\": 2");
        var download = Download(prox, Values(prox.Layout, 3, 0.2));
        float[] Trained(FederatedTask task)
        {
            using var client = Client(task);
            return Read(PayloadReader.Open(client.Train(Work(task), download, null).Upload, task.Layout), task.Layout);
        }
        var (a, b, c) = (Trained(prox), Trained(gene), Trained(plain));
        Assert.Equal(a, b);
        Assert.NotEqual(a, c);
        Assert.True(Norm(a) < Norm(c), "the penalty holds the model near");
    }

    [Fact(Timeout = 60_000)]
    public async Task Scaffold_steps_along_the_corrected_gradient_and_updates_both_control_variates()
    {
        await Task.Yield();
        const double Eta = 0.05;
        // A batch holds all images: the only step of plain SGD goes along the whole gradient.
        string one = Plain + ", \"batch\": 16, \"partition\": {\"clients\": 5, \"late\": 1}";
        var (scaffold, fedavg) = (TaskOf("scaffold", one), TaskOf("fedavg", one));
        int n = scaffold.Layout.ModelCount;
        using var client = Client(scaffold);
        using var plain = Client(fedavg);
        float[] x = scaffold.CommonSeed.ToArray()[..n], c = [.. Values(scaffold.Layout, 5, 0.01)[n..]];
        var first = client.Train(Work(scaffold), Both(scaffold, x, c), null);
        double[] gradient = [.. Read(PayloadReader.Open(plain.Train(Work(fedavg), Download(fedavg, x), null).Upload, fedavg.Layout), fedavg.Layout).Select(d => -d / Eta)];
        var sent = Read(PayloadReader.Open(first.Upload, scaffold.Layout), scaffold.Layout);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(-Eta * (gradient[i] + c[i]), sent[i], 1e-5);            // y - x = -eta (g - 0 + c)
            Assert.Equal(gradient[i], sent[n + i], 2e-4);                         // dc = -c + (x - y) / (K eta) = g
        }
        var second = client.Train(Work(scaffold, 2), Both(scaffold, x, c), first.State);
        var again = Read(PayloadReader.Open(second.Upload, scaffold.Layout), scaffold.Layout);
        for (int i = 0; i < n; i++) Assert.Equal(-Eta * (gradient[i] - sent[n + i] + c[i]), again[i], 1e-5);
        var model = FederationModel.Initial(scaffold, 1);
        var sum = scaffold.NewAccumulator(1);
        sum.Add(PayloadReader.Open(first.Upload, scaffold.Layout), 0, scaffold.Weight(16));
        model.Apply(1, RoundMean.Of(sum), clients: 4);
        var download = Read(PayloadReader.Open(model.Download(0, 2, model.Plan(2))!, scaffold.Layout), scaffold.Layout);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(x[i] + sent[i], download[i], 1e-6);
            Assert.Equal(sent[n + i] / 4, download[n + i], 1e-6);                 // c += |S| / N mean(dc)
        }
    }

    [Theory(Timeout = 60_000), InlineData(0, 1), InlineData(0, 3), InlineData(0.9, 3)]
    public async Task The_control_variate_of_a_client_whose_gradient_stays_is_that_gradient(double momentum, int epochs)
    {
        await Task.Yield();
        // Steps so small that the gradient does not change on the way.
        var task = TaskOf("scaffold", FormattableString.Invariant($"\"clip\": 0, \"lr\": 1e-5, \"batch\": 16, \"momentum\": {momentum}, \"localEpochs\": {epochs}"));
        using var client = Client(task);
        var sent = Read(PayloadReader.Open(client.Train(Work(task), default, null).Upload, task.Layout), task.Layout);
        using var model = new LocalModel(task, task.CommonSeed.Span[..task.Layout.ModelCount]);
        using var images = new LocalImages(Data.Samples.Set(16, Geometry, seed: 1), Preprocess);
        model.Backward(images, [.. Enumerable.Range(0, 16)]);
        var gradient = model.Gradients.ToArray();
        double error = Math.Sqrt(gradient.Select((g, i) => Math.Pow(g - sent[task.Layout.ModelCount + i], 2)).Sum());
        Assert.InRange(error / Norm(gradient), 0, 0.02); // differences of 1e-5 in floats of 0.3
    }

    [Fact(Timeout = 60_000)]
    public async Task The_Fisher_information_is_the_mean_square_of_each_images_derivative()
    {
        await Task.Yield();
        var task = TaskOf("gene-fl", "\"batch\": 5");
        using var model = new LocalModel(task, task.CommonSeed.Span[..task.Layout.ModelCount]);
        var set = Data.Samples.Set(16, Geometry, seed: 1);
        using var images = new LocalImages(set, Preprocess);
        var training = new LocalTraining(task, Work(task), model, images, StartValues.Of(task, null, default, null), []);
        var fisher = Fisher.Diagonal(training, FisherRule.PerSample, 2);
        int[] taken = training.Order(Purpose.Fisher, 0)[..10];
        var random = new Random(1);
        foreach (int j in Enumerable.Range(0, 25).Select(_ => random.Next(fisher.Length)))
        {
            double expected = taken.Average(image => Math.Pow(Derivative(task, images, image, j), 2));
            Assert.Equal(expected, fisher[j], 0.02 * Math.Abs(expected) + 1e-7);
        }
        // The square of a batch's gradient times its images, whose gradient is that of the whole batch.
        var batches = Fisher.Diagonal(training, FisherRule.MiniBatch, 2);
        var gradient = new float[fisher.Length];
        training.Gradient(taken.AsSpan(0, 5), gradient);
        double[] square = [.. gradient.Select(g => 2.5 * g * g)];
        training.Gradient(taken.AsSpan(5, 5), gradient);
        for (int j = 0; j < square.Length; j++) Assert.Equal(square[j] + 2.5 * gradient[j] * gradient[j], batches[j], 1e-6);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_elastic_term_holds_the_half_with_the_highest_Fisher_information_or_the_other_half()
    {
        await Task.Yield();
        foreach (string rule in (string[])["high-fisher", "literal"])
        {
            var task = TaskOf("gene-fl", $$""" "geneFl": {"elastic": "{{rule}}", "lambdaSmooth": 0.25, "lambdaElastic": 1, "budget": 0.5} """);
            using var model = new LocalModel(task, task.CommonSeed.Span[..task.Layout.ModelCount]);
            using var images = new LocalImages(Data.Samples.Set(16, Geometry, seed: 1), Preprocess);
            var plan = FederationModel.Initial(task, 1).Plan(1)!;
            var training = new LocalTraining(task, Work(task, layers: plan), model, images, StartValues.Of(task, null, default, plan), []);
            var side = task.Method.Begin(training);
            var (moved, gradient) = (training.Values.ToArray(), new float[task.Layout.ModelCount]);
            for (int i = 0; i < moved.Length; i++) moved[i] += 1;
            side.Correct(moved, gradient);
            var fisher = Fisher.Diagonal(training, FisherRule.PerSample, 1);
            int[] given = [.. plan.SelectMany(l => Enumerable.Range(task.Layout.Layers[l].Offset, task.Layout.Layers[l].Count))];
            var high = given.OrderByDescending(i => fisher[i]).ThenBy(i => i).Take((int)Math.Round(0.5 * given.Length)).ToHashSet();
            for (int i = 0; i < gradient.Length; i++)
                Assert.Equal(!given.Contains(i) ? 0 : 0.5 + (high.Contains(i) == (rule == "high-fisher") ? 2 : 0), gradient[i], 1e-5);
        }
    }

    private static double Derivative(FederatedTask task, LocalImages images, int image, int j)
    {
        const float Step = 2e-3f;
        double LogProbability(float by)
        {
            var values = task.CommonSeed.ToArray()[..task.Layout.ModelCount];
            values[j] += by;
            using var scope = NewDisposeScope();
            using var parameters = FederationModel.ToParameters(task, values);
            var (pixels, labels) = images.Take([image]);
            // Logits from the ViT itself, the rest in doubles.
            double[] logits = [.. new Vit(task.Shape).Forward(pixels, VitWeights.From(task.Shape, n => parameters[n])).data<float>().Select(v => (double)v)];
            return logits[labels.item<long>()] - Math.Log(logits.Sum(Math.Exp));
        }
        return (LogProbability(Step) - LogProbability(-Step)) / (2 * Step);
    }

    private static byte[] Download(FederatedTask task, float[] values) =>
        Payload.Write(task.Layout, Header(kind: PayloadKind.Values, samples: 0, layout: task.Layout), values, 1);

    private static byte[] Both(FederatedTask task, float[] x, float[] c) => Download(task, [.. x, .. c]);

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
