using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

public sealed class ScheduleAndLossTests
{
    [Fact]
    public void The_rate_rises_evenly_and_falls_as_a_cosine()
    {
        var rate = new LearningRate(new TrainingOptions { Epochs = 10, WarmupEpochs = 2, WarmupLr = 1e-6, Lr = 1e-3, MinLr = 1e-5 }, 10);
        double[] rates = [.. Enumerable.Range(0, 101).Select(s => rate.At(s))];
        for (int s = 0; s < 20; s++)
        {
            Assert.InRange(rates[s], 1e-6, 1e-3);
            if (s > 0) Assert.Equal(rates[1] - rates[0], rates[s] - rates[s - 1], 1e-12);
        }
        Assert.Equal(1e-3, rates[20], 1e-12);
        for (int s = 20; s <= 100; s++)
            Assert.Equal(1e-5 + 0.5 * (1e-3 - 1e-5) * (1 + Math.Cos(Math.PI * (s - 20) / 80)), rates[s], 1e-12);
        Assert.Equal(1e-5, rates[100], 1e-12);
    }

    [Fact]
    public void Tuning_for_one_epoch_skips_warm_up()
    {
        var rate = new LearningRate(new FinetuneSettings { Epochs = 1, Lr = 5e-4, MinLr = 1e-6 }, 7);
        Assert.Equal(5e-4, rate.At(0), 1e-12);
        Assert.True(rate.At(6) < rate.At(5));
    }

    [Fact(Timeout = 10_000)]
    public Task Relations_compare_the_cosines_of_all_pairs_whatever_the_widths() => Within.OneMinute(() =>
    {
        const int Batch = 5;
        double[][] student = Draw(3, 4), teacher = Draw(4, 7);
        double expected = 0;
        for (int i = 0; i < Batch; i++)
            for (int j = 0; j < Batch; j++)
                expected += Math.Pow(Cosine(student[i], student[j]) - Cosine(teacher[i], teacher[j]), 2) / (Batch * Batch);
        using var scope = NewDisposeScope();
        Assert.Equal(expected, Objective.Relations(Rows(student), Rows(teacher)).item<double>(), 1e-9);
        Assert.Equal(0, Objective.Relations(Rows(student), Rows(student).mul(2.5)).item<double>(), 1e-12); // lengths do not count

        static double Cosine(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
        static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        static Tensor Rows(double[][] rows) => tensor(rows.SelectMany(r => r).ToArray()).view(rows.Length, rows[0].Length);
        static double[][] Draw(int seed, int width)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, Batch).Select(_ => Enumerable.Range(0, width).Select(_ => 2 * random.NextDouble() - 1).ToArray())];
        }
    });

    [Theory(Timeout = 10_000), InlineData(1), InlineData(3)]
    public Task Soft_distillation_is_DeiTs_formula(double temperature) => Within.OneMinute(() =>
    {
        const int Batch = 4, Classes = 5;
        double[] student = Draw(1), teacher = Draw(2);
        double expected = 0;
        for (int b = 0; b < Batch; b++)
        {
            double[] s = LogSoftmax(student, b), t = LogSoftmax(teacher, b);
            for (int c = 0; c < Classes; c++) expected += Math.Exp(t[c]) * (t[c] - s[c]);
        }
        expected *= temperature * temperature / (Batch * Classes);
        using var scope = NewDisposeScope();
        var actual = Objective.SoftDistillation(tensor(student).view(Batch, Classes), tensor(teacher).view(Batch, Classes), temperature);
        Assert.Equal(expected, actual.item<double>(), 1e-12);
        Assert.True(expected > 0);

        double[] LogSoftmax(double[] logits, int b)
        {
            double[] row = [.. logits.Skip(b * Classes).Take(Classes).Select(x => x / temperature)];
            double log = Math.Log(row.Sum(Math.Exp));
            return [.. row.Select(x => x - log)];
        }
        static double[] Draw(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, Batch * Classes).Select(_ => 6 * random.NextDouble() - 3)];
        }
    });
}
