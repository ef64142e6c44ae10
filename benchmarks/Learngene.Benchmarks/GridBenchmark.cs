using Learngene.Vision.Data;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>28 sizes of a learngene measured on 2,000 images: together, against one after the other as single evaluations do it.</summary>
internal static class GridBenchmark
{
    private const int Times = 3;
    private static readonly int[] s_widths = [48, 64, 80, 96], s_depths = [2, 3, 4, 5, 6, 7, 8];

    public static Task RunAsync()
    {
        using var data = DataSet.Open(Workload.DataPath);
        var shape = Shape(48, 4, 96, 8);
        using var parameters = LetsParameters.Create(shape, 1);
        var sizes = s_widths.SelectMany(w => s_depths.Select(d => (Width: w, Depth: d))).ToList();
        var preprocess = data.Preprocess;
        var seconds = Report.Interleaved(Times,
            () =>
            {
                foreach (var (width, depth) in sizes)
                {
                    using var none = no_grad();
                    using var scope = NewDisposeScope();
                    var weights = Expansion.Expand(shape, name => parameters[name], Selection.Continuous(shape, width, DepthList.For(shape.Rows, depth)));
                    var vit = new Vit(shape.Descendant(width, depth));
                    Evaluator.Run(images => vit.Forward(images, weights), data.Test, preprocess, new NoWatcher());
                }
            },
            () =>
            {
                using var grid = new LetsGrid(shape, name => parameters[name]);
                GridEvaluator.Run(grid.Models(sizes), data.Test, preprocess, new NoWatcher());
            });
        Console.WriteLine($"one after the other {Report.Spread(seconds[0], "F2")} s, together {Report.Spread(seconds[1], "F2")} s");
        Report.Line("grid", Report.Median(Report.Ratios(seconds[0], seconds[1])), "x as fast together", "> 1.2");
        return SharedWideningAsync();
    }

    // Six depths of a DeiT-B-wide descendant, with the widened layers shared and without.
    private static Task SharedWideningAsync()
    {
        var shape = Shape(384, 8, 768, 16, headDim: 64);
        using var parameters = LetsParameters.Create(shape, 1);
        int[] depths = [6, 8, 10, 12, 14, 16];
        var seconds = Report.Interleaved(Times,
            () =>
            {
                foreach (int depth in depths)
                {
                    using var none = no_grad();
                    using var scope = NewDisposeScope();
                    Expansion.Expand(shape, name => parameters[name], Selection.Continuous(shape, 768, DepthList.For(shape.Rows, depth)));
                }
            },
            () =>
            {
                using var grid = new LetsGrid(shape, name => parameters[name]);
                foreach (int depth in depths) grid.Descendant(768, DepthList.For(shape.Rows, depth));
            });
        Console.WriteLine($"six depths apart {Report.Spread(seconds[0], "F2")} s, sharing the widened layers {Report.Spread(seconds[1], "F2")} s");
        Report.Line("grid.shared", Report.Median(Report.Ratios(seconds[0], seconds[1])), "x as fast sharing", "> 3");
        return Task.CompletedTask;
    }

    private static LetsShape Shape(int d, int l, int width, int depth, int headDim = 16)
    {
        VitShape Of(int w, int n) => new() { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = w, Depth = n, Heads = w / headDim };
        return new LetsShape { Learngene = Of(d, l), Auxiliary = Of(width, depth) }.Validated();
    }
}
