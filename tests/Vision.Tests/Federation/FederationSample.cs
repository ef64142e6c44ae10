using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;

namespace Learngene.Vision.Tests.Federation;

/// <summary>A federation small enough to repeat: 8 x 8 pixels, 4 classes, a ViT of a few thousand values.</summary>
internal static class FederationSample
{
    public static readonly ImageGeometry Geometry = new(1, 8, 8);

    public static readonly VitShape Shape = new() { ImageSize = 8, PatchSize = 4, Channels = 1, Classes = 4, Width = 12, Depth = 2, Heads = 3 };

    public static readonly Preprocess Preprocess = new([0.5], [0.3]);

    /// <summary>Settings of a method; <paramref name="more"/> is JSON behind them, such as <c>"lr": 0.1</c>.</summary>
    public static FederationSettings Settings(string method = "fedavg", string more = "") => FederationSettings.Parse(
        $$"""{"name": "test/fed", "data": "noise", "model": {"width": 12, "depth": 2, "heads": 3, "patch": 4}, "method": "{{method}}"{{Unless(more, "batch", 4)}}{{Unless(more, "localEpochs", 1)}}{{Unless(more, "lrEnd", 1)}}{{(more == "" ? "" : ", " + more)}}}""");

    public static FederatedTask TaskOf(string method = "fedavg", string more = "") => new(Settings(method, more), Shape, Preprocess);

    public static FederatedLayout Layout { get; } = FederatedLayout.Of(Shape, FederatedMethod.FedAvg);

    /// <summary>A client of noise.</summary>
    public static FederatedClient Client(FederatedTask task, int seed = 1, int images = 16) =>
        new(task, Samples.Set(images, Geometry, seed: seed), Samples.Set(6, Geometry, seed: seed + 100));

    public static RoundWork Work(FederatedTask task, int round = 1, int client = 0, IReadOnlyList<int>? layers = null, int cohort = 0) =>
        new(round, cohort, layers ?? task.Layout.All, RoundWork.SeedOf(task.Settings.Seed, round, (ulong)client));

    /// <summary>Normal values of very different sizes, a layer's own.</summary>
    public static float[] Values(FederatedLayout layout, int seed, double size = 0.02)
    {
        var random = new Random(seed);
        var values = new float[layout.Count];
        foreach (var layer in layout.Layers)
        {
            double deviation = size * Math.Exp(2 * random.NextDouble() - 1);
            for (int i = 0; i < layer.Count; i++) values[layer.Offset + i] = (float)(deviation * Normal(random));
        }
        return values;
    }

    public static PayloadHeader Header(
        PayloadEncoding encoding = PayloadEncoding.F32, PayloadKind kind = PayloadKind.Differences, IReadOnlyList<int>? layers = null, double topK = 0,
        int round = 1, int samples = 10, FederatedLayout? layout = null) => new()
    {
        Kind = kind, Encoding = encoding, Round = round, Samples = samples, Loss = 1.5f, Accuracy = 0.25f, Layers = layers ?? (layout ?? Layout).All, TopK = topK,
    };

    public static PayloadReader Upload(FederatedLayout layout, float[] values, int samples = 10, IReadOnlyList<int>? layers = null) =>
        PayloadReader.Open(Payload.Write(layout, Header(layers: layers, samples: samples, layout: layout), values, 1), layout);

    /// <summary>All values of a payload; those of layers that are not in it are 0.</summary>
    public static float[] Read(PayloadReader reader, FederatedLayout layout)
    {
        var values = new float[layout.Count];
        foreach (int l in reader.Header.Layers) reader.Read(l, 0, values.AsSpan(layout.Layers[l].Offset, layout.Layers[l].Count));
        return values;
    }

    private static string Unless(string more, string key, int value) => more.Contains($"\"{key}\"") ? "" : $", \"{key}\": {value}";

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
