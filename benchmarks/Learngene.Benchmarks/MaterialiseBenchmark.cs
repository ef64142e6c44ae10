using System.Globalization;
using Learngene.Grains.Weights;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>A DeiT-B-sized descendant made of a learngene file as the <c>descend</c> job makes it, each time in a fresh process.</summary>
internal static class MaterialiseBenchmark
{
    private const int Times = 7;

    public static Task RunAsync()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-bench-").FullName;
        string source = Path.Combine(directory, "learngene.safetensors");
        using (var parameters = LetsParameters.Create(s_shape, 1))
        using (var stream = File.Create(source))
            ModelFile.WriteLets(stream, new() { Kind = "lets", Vit = s_shape.Auxiliary, Lets = s_shape }, parameters);
        var runs = new List<double[]>();
        for (int i = 0; i < Times; i++)
            runs.Add([.. Report.Child($"materialise:child {directory} {source}").Split().Where(w => w.Length > 0).Select(w => double.Parse(w, CultureInfo.InvariantCulture))]);
        string[] names = ["reading the learngene, s", "arithmetic, s", "arithmetic and plain file, s", "arithmetic and weight store, s", "peak over the file"];
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"{names[i],-32} {Report.Spread([.. runs.Select(r => r[i])], "F2")}");
        double At(int i) => Report.Median(runs.Select(r => r[i]));
        Report.Line("materialise.arithmetic", At(1), "s", "< 1");
        Report.Line("materialise.file", At(2), "s", "< 2");
        Report.Line("materialise.store", At(3), "s, hashed and flushed to disk", "< 2");
        Report.Line("materialise.peak", At(4), "x the file", "< 2.5");
        Directory.Delete(directory, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Reads, makes, writes; prints what <see cref="RunAsync"/> tabulates.</summary>
    public static void Child(string[] args)
    {
        var (directory, source) = (args[0], args[1]);
        ones(256, 256).mm(ones(256, 256)).Dispose();
        using var none = no_grad();
        long before = Report.PeakBytes();
        using var file = SafetensorsFile.Open(source);
        var lets = ModelConfig.Read(file).Lets!;
        using var scope = NewDisposeScope();
        ParameterSet? parameters = null;
        double read = Report.Seconds(() => parameters = ModelFile.ReadLets(file, lets));
        var settings = new DescendSettings { Width = 768, Depth = 12 }.For(lets);
        VitWeights? weights = null;
        double arithmetic = Report.Seconds(() => weights = Expansion.Expand(
            lets, name => parameters![name], settings.Selection().Choose(lets, name => parameters![name], settings.Width!.Value, settings.Rows!)));
        var config = new ModelConfig { Kind = "vit", Vit = lets.Descendant(768, 12) };
        string path = Path.Combine(directory, $"descendant-{Environment.ProcessId}.safetensors");
        double plain = Report.Seconds(() =>
        {
            using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            ModelFile.WriteVit(stream, config, weights!);
        });
        double peak = (Report.PeakBytes() - before) / (double)new FileInfo(path).Length;
        File.Delete(path);
        var store = new DirectoryWeightStore(Path.Combine(directory, $"weights-{Environment.ProcessId}"), TimeProvider.System);
        double stored = Report.Seconds(() => store.Put(stream => ModelFile.WriteVit(stream, config, weights!)));
        parameters!.Dispose();
        Directory.Delete(Path.Combine(directory, $"weights-{Environment.ProcessId}"), recursive: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read} {arithmetic} {arithmetic + plain} {arithmetic + stored} {peak}"));
    }

    private static readonly LetsShape s_shape = new LetsShape { Learngene = DeiT(384, 8), Auxiliary = DeiT(768, 16) }.Validated();

    private static VitShape DeiT(int width, int depth) => new()
    {
        ImageSize = 224, PatchSize = 16, Channels = 3, Classes = 1000, Width = width, Depth = depth, Heads = width / 64,
    };
}
