using System.Globalization;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>What trainings take, the peak of a process of their own, against what <see cref="MemoryNeed"/> says before they begin.</summary>
internal static class MemoryBenchmark
{
    private static readonly (string Kind, int Width, int Depth, int Patch, int Image, int Batch)[] s_cases =
    [
        ("vit", 64, 4, 7, 28, 128), ("vit", 96, 8, 4, 28, 256), ("vit", 192, 12, 16, 224, 16), ("vit", 384, 12, 16, 224, 32), ("vit", 768, 12, 16, 224, 8),
        ("vit", 768, 12, 16, 224, 32), ("lets", 96, 8, 4, 28, 256), ("lets", 384, 12, 16, 224, 16), ("distil", 384, 12, 16, 224, 16),
    ];

    public static Task RunAsync()
    {
        Console.WriteLine("| what | width x depth, patch of image, batch | estimated | peak | estimated / peak |\n| --- | --- | --- | --- | --- |");
        var ratios = new List<double>();
        foreach (var (kind, width, depth, patch, image, batch) in s_cases)
        {
            double[] found = [.. Report.Child($"memory:child {kind} {width} {depth} {patch} {image} {batch}").Split().Where(w => w.Length > 0).Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
            ratios.Add(found[0] / found[1]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {width} x {depth}, {patch} of {image}, {batch} | {found[0] / 1e6:F0} MB | {found[1] / 1e6:F0} MB | {ratios[^1]:F2} |"));
        }
        Report.Line("memory.least", ratios.Min(), "x the peak", "> 0.9");
        Report.Line("memory.most", ratios.Max(), "x the peak", "< 1.5");
        return Task.CompletedTask;
    }

    /// <summary>Three steps on noise; prints the estimate and the peak.</summary>
    public static void Child(string[] args)
    {
        int[] n = [.. args[1..].Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
        var shape = new VitShape { ImageSize = n[3], PatchSize = n[2], Channels = n[3] == 28 ? 1 : 3, Classes = n[3] == 28 ? 10 : 1000, Width = n[0], Depth = n[1], Heads = VitShape.DefaultHeads(n[0]) }.Validated();
        var options = new LetsSettings { Batch = n[4] };
        var grown = new LetsShape { Learngene = shape with { Width = shape.Width / 2, Depth = shape.Depth / 2, Heads = shape.Heads / 2 }, Auxiliary = shape };
        bool lets = args[0] == "lets";
        using var parameters = lets ? LetsParameters.Create(grown.Validated(), 1) : VitInit.Create(shape, 1);
        using var optimiser = new AdamW(parameters, options);
        ITrainable model = lets ? new LetsTrainable(grown, parameters, options) : new VitTrainable(shape, parameters, options);
        using var ancestry = args[0] == "distil" ? VitInit.Create(shape, 2) : null;
        var teacher = ancestry is null ? null : VitWeights.From(shape, name => ancestry[name]);
        var (images, labels) = Workload.Noise(shape, n[4]);
        var step = Workload.Step(model, optimiser, images, labels);
        for (int i = 0; i < 3; i++)
        {
            if (teacher is not null) Predict(shape, teacher, images);
            step();
        }
        long estimate = MemoryNeed.Training(shape, parameters.Specs.Sum(s => s.Elements), n[4], lets ? shape.Parameters : 0, teacher is null ? null : shape);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{estimate} {Report.PeakBytes()}"));
    }

    private static void Predict(VitShape shape, VitWeights weights, Tensor images)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        new Vit(shape).Forward(images, weights).Dispose();
    }
}
