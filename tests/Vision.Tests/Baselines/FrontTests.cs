using Learngene.Vision.Baselines;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Baselines;

public sealed class FrontTests
{
    [Fact]
    public void An_axis_that_keeps_its_length_keeps_its_values()
    {
        foreach (int n in (int[])[1, 2, 7, 48])
        {
            using var same = Front.Resize(n, n);
            double[] values = same.data<double>().ToArray();
            Assert.Equal(n * n, values.Length);
            for (int i = 0; i < values.Length; i++) Assert.Equal(i / n == i % n ? 1 : 0, values[i], 1e-12);
        }
    }

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task At_the_sources_own_size_it_gives_the_source(bool token) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 3, 4, token));
        var (source, made) = (sample.Numbers, sample.Made(new() { Baseline = "front" }));
        Assert.Equal(source.Keys.Order(), made.Keys.Order());
        foreach (var (name, value) in source) BaselineSample.AssertEqual(value, made[name], name);
    });

    [Theory(Timeout = 60_000), InlineData(12, 5), InlineData(4, 2), InlineData(12, 2)]
    public Task Another_size_is_the_inverse_transform_of_the_low_frequencies(int width, int depth) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 3, 4));
        var (source, made) = (sample.Numbers, sample.Made(new() { Baseline = "front", Width = width, Depth = depth }));
        // The keys, apart from queries and values: rows 8..15 of 24.
        double[,,] keys = Array(3, 8, 8, (l, i, j) => source[$"blocks.{l}.attn.qkv.weight"][8 + i, j]), resized = Resized(keys, depth, width, width);
        double[,,] norms = Array(3, 8, 1, (l, i, _) => source[$"blocks.{l}.norm1.bias"][i]), resizedNorms = Resized(norms, depth, width, 1);
        for (int l = 0; l < depth; l++)
            for (int i = 0; i < width; i++)
            {
                Assert.Equal(resizedNorms[l, i, 0], made[$"blocks.{l}.norm1.bias"][i], 1e-5);
                for (int j = 0; j < width; j++) Assert.Equal(resized[l, i, j], made[$"blocks.{l}.attn.qkv.weight"][width + i, j], 1e-5);
            }
        double[,,] head = Resized(Array(3, 8, 1, (c, i, _) => source["head.weight"][c, i]), 3, width, 1);
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < width; i++) Assert.Equal(head[c, i, 0], made["head.weight"][c, i], 1e-5);
        Assert.Equal(source["head.bias"].Values, made["head.bias"].Values);
    });

    [Theory(Timeout = 60_000), InlineData(12, 7), InlineData(4, 3)]
    public Task Smooth_weights_are_the_same_function_at_every_size(int width, int depth) => Within.OneMinute(() =>
    {
        static double Smooth(double l, double i, double j) => 0.5 + Math.Cos(Math.PI * l) - 0.3 * Math.Cos(2 * Math.PI * i) * Math.Cos(Math.PI * j) + 0.1 * Math.Cos(Math.PI * l) * Math.Cos(3 * Math.PI * j);
        static double At(int i, int n) => (i + 0.5) / n;
        using var sample = new BaselineSample(LetsSample.Vit(8, 4, 4));
        for (int l = 0; l < 4; l++)
            sample.Parameters.Set($"blocks.{l}.mlp.fc1.weight", tensor(
                Enumerable.Range(0, 32 * 8).Select(n => (float)Smooth(At(l, 4), At(n / 8, 32), At(n % 8, 8))).ToArray()));
        var made = sample.Made(new() { Baseline = "front", Width = width, Depth = depth });
        for (int l = 0; l < depth; l++)
            BaselineSample.AssertEqual(
                Numbers.Matrix(4 * width, width, (i, j) => Smooth(At(l, depth), At(i, 4 * width), At(j, width))), made[$"blocks.{l}.mlp.fc1.weight"], $"layer {l}");
    });

    // By the definition of the three-dimensional transform, one number at a time.
    private static double[,,] Resized(double[,,] x, int a, int b, int c)
    {
        int[] n = [x.GetLength(0), x.GetLength(1), x.GetLength(2)];
        static double Basis(int k, int i, int n) => Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI / n * (i + 0.5) * k);
        double[,,] frequencies = Array(n[0], n[1], n[2], (p, q, r) =>
        {
            double sum = 0;
            for (int i = 0; i < n[0]; i++)
                for (int j = 0; j < n[1]; j++)
                    for (int k = 0; k < n[2]; k++) sum += x[i, j, k] * Basis(p, i, n[0]) * Basis(q, j, n[1]) * Basis(r, k, n[2]);
            return sum;
        });
        double scale = Math.Sqrt((double)a * b * c / (n[0] * n[1] * n[2]));
        return Array(a, b, c, (i, j, k) =>
        {
            double sum = 0;
            for (int p = 0; p < Math.Min(a, n[0]); p++)
                for (int q = 0; q < Math.Min(b, n[1]); q++)
                    for (int r = 0; r < Math.Min(c, n[2]); r++) sum += frequencies[p, q, r] * Basis(p, i, a) * Basis(q, j, b) * Basis(r, k, c);
            return scale * sum;
        });
    }

    private static double[,,] Array(int a, int b, int c, Func<int, int, int, double> value)
    {
        var array = new double[a, b, c];
        for (int i = 0; i < a; i++)
            for (int j = 0; j < b; j++)
                for (int k = 0; k < c; k++) array[i, j, k] = value(i, j, k);
        return array;
    }
}
