using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Training.Parallel;

/// <summary>Softmax regression by two workers who average after each step, in doubles and written down from the papers.</summary>
internal static class LinearOracle
{
    private const int Classes = 4;

    public static double[] Train(List<(double[] Pixels, long Label)[]> batches, TrainingOptions o)
    {
        int n = Classes * batches[0][0].Pixels.Length, total = batches.Count, steps = (total + 1) / 2;
        double[] shared = new double[n], outer = new double[n];
        double[][] m = [new double[n], new double[n]], v = [new double[n], new double[n]];
        // The schedule of 15 steps with 5 of warm-up, in the 7.5 and 2.5 steps of a worker.
        double Rate(int t) => t < 2.5
            ? o.WarmupLr + (o.Lr - o.WarmupLr) * (t + 1) / 3.5
            : o.MinLr + (o.Lr - o.MinLr) * (1 + Math.Cos(Math.PI * (t - 2.5) / 5)) / 2;
        for (int t = 0; t < steps; t++)
        {
            var came = new List<double[]>();
            for (int worker = 0; worker < 2 && 2 * t + worker < total; worker++)
            {
                double[] w = [.. shared], g = Gradient(w, batches[2 * t + worker]);
                for (int i = 0; i < n; i++)
                {
                    m[worker][i] = 0.9 * m[worker][i] + 0.1 * g[i];
                    v[worker][i] = 0.999 * v[worker][i] + 0.001 * g[i] * g[i];
                    double first = m[worker][i] / (1 - Math.Pow(0.9, t + 1)), second = v[worker][i] / (1 - Math.Pow(0.999, t + 1));
                    w[i] = w[i] * (1 - Rate(t) * o.WeightDecay) - Rate(t) * first / (Math.Sqrt(second) + 1e-8);
                }
                came.Add(w);
            }
            for (int i = 0; i < n; i++)
            {
                double change = came.Average(w => shared[i] - w[i]);
                outer[i] = o.OuterMomentum * outer[i] + change;
                shared[i] -= o.OuterLr * (change + o.OuterMomentum * outer[i]);
            }
        }
        return shared;
    }

    private static double[] Gradient(double[] w, (double[] Pixels, long Label)[] batch)
    {
        int pixels = w.Length / Classes;
        double[] gradient = new double[w.Length];
        foreach (var (x, label) in batch)
        {
            double[] e = [.. Enumerable.Range(0, Classes).Select(c => Math.Exp(x.Select((p, i) => p * w[c * pixels + i]).Sum()))];
            for (int c = 0; c < Classes; c++)
                for (int i = 0; i < pixels; i++)
                    gradient[c * pixels + i] += (e[c] / e.Sum() - (c == label ? 1 : 0)) * x[i] / batch.Length;
        }
        return gradient;
    }
}
