using Learngene.Vision.Data;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training.Parallel;

public sealed class OuterRoundTests
{
    // One value, two workers, rate 0.5, momentum 0.8. Round 1: from 1 to the mean of 0.5 and 0.25, a change of 0.625; v = 0.625,
    // 1 - 0.5 * (0.625 + 0.8 * 0.625) = 0.4375. Round 2: to 0.0625 and 0.3125, a change of 0.25; v = 0.8 * 0.625 + 0.25 = 0.75,
    // 0.4375 - 0.5 * (0.25 + 0.8 * 0.75) = 0.0125.
    [Fact]
    public void The_outer_step_is_Nesterovs()
    {
        using var folder = new TempFolder();
        using var run = new SmallRun();
        var options = new TrainingOptions { Workers = 2, LocalSteps = 1, OuterLr = 0.5, OuterMomentum = 0.8, Batch = 16, EvaluateEvery = 0 };
        Assert.Equal(0.4375, Step(0, 1, [0.5f, 0.25f]), 1e-7);
        Assert.Equal(0.0125, Step(1, null, [0.0625f, 0.3125f]), 1e-7);

        double Step(long round, float? from, float[] workers)
        {
            using var model = new LinearModel(1, 1);
            if (from is { } value) model.Values = [value];
            using var outer = new Trainer(model, run.Data, run.Data.Preprocess, options).Outer(round);
            using (var values = SerialRounds.Open(folder.Path, "values", round))
            using (var momentum = SerialRounds.Open(folder.Path, "momentum", round))
                outer.Load(values, momentum);
            for (int worker = 0; worker < workers.Length; worker++)
            {
                using var contribution = Contribution(folder, new() { Round = round, Worker = worker, Step = 1, Losses = [new(1, 1, 1)] }, workers[worker]);
                outer.Add(contribution);
                Assert.Throws<InvalidDataException>(() => outer.Add(contribution));
            }
            outer.Step(new NoWatcher());
            using (var stream = File.Create(folder["values"])) outer.SaveValues(stream, "test");
            using (var stream = File.Create(folder["momentum"])) outer.SaveMomentum(stream, "test");
            return model.Values[0];
        }
    }

    [Fact]
    public void The_mean_of_one_vector_is_the_vector_and_that_of_several_does_not_depend_on_their_order()
    {
        var random = new Random(1);
        float[][] vectors = [.. Enumerable.Range(0, 7).Select(_ => Enumerable.Range(0, 10_000).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-70, 11)))).ToArray())];
        foreach (float[] one in vectors) Assert.Equal(one.Select(x => (double)x), Means([one]));
        double[] forth = Means(vectors), back = Means([.. vectors.Reverse()]);
        Assert.Equal(forth, back);
        for (int i = 0; i < forth.Length; i++)
        {
            decimal exact = vectors.Sum(v => (decimal)(double)v[i]) / 7;
            Assert.Equal((double)exact, forth[i], Math.Max(1e-27, vectors.Max(v => Math.Abs(v[i])) * 1e-14));
        }
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(1025f)]
    public void A_value_that_has_run_away_ends_the_round(float value) => Assert.Throws<ArithmeticException>(() => Means([[0, value]]));

    private static double[] Means(float[][] vectors)
    {
        var mean = new ExactMean(vectors[0].Length);
        foreach (float[] vector in vectors)
        {
            mean.Add(0, vector.AsSpan(0, vector.Length / 2));
            mean.Add(vector.Length / 2, vector.AsSpan(vector.Length / 2));
            mean.Complete();
        }
        return [.. Enumerable.Range(0, vectors[0].Length).Select(i => mean[i])];
    }

    private static SafetensorsFile Contribution(TempFolder folder, ShardState state, float value)
    {
        using (var stream = File.Create(folder["contribution"]))
        using (var values = tensor([value]))
            Checkpoint.Write(stream, "test", state, ("values", values));
        return SafetensorsFile.Open(folder["contribution"]);
    }
}
