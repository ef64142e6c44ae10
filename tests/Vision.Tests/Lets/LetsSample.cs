using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

/// <summary>A random learngene, as a file read twice: by the implementation into <see cref="Parameters"/>, by the oracle into <see cref="Read"/>.</summary>
internal sealed class LetsSample : IDisposable
{
    private readonly TempFolder _folder = new();

    private LetsSample(LetsShape shape, int seed)
    {
        Shape = shape;
        using (var parameters = LetsParameters.Create(shape, (ulong)seed))
        {
            AddNoise(parameters, seed, 0.3);
            using var stream = File.Create(_folder["lets"]);
            ModelFile.WriteLets(stream, new() { Kind = "lets", Vit = shape.Auxiliary, Lets = shape }, parameters);
        }
        using var file = SafetensorsFile.Open(_folder["lets"]);
        Parameters = ModelFile.ReadLets(file, ModelConfig.Read(file).Lets!);
        Read = Numbers.ReadFile(_folder["lets"]);
    }

    public LetsShape Shape { get; }

    public ParameterSet Parameters { get; }

    public Dictionary<string, Numbers> Read { get; }

    public OracleSizes Sizes => new(Shape.Learngene.Width, Shape.Learngene.Depth, Shape.Auxiliary.Width, Shape.Auxiliary.Depth, Shape.Learngene.HeadDim);

    public static VitShape Vit(int width, int depth, int headDim, bool token = false, bool qkvBias = true, int classes = 3, int channels = 2) => new()
    {
        ImageSize = 6, PatchSize = 3, Channels = channels, Classes = classes, Width = width, Depth = depth, Heads = width / headDim, QkvBias = qkvBias,
        ClassToken = token, Pool = token ? "token" : "avg",
    };

    public static LetsSample Of(int d, int l, int bigD, int la, int headDim, bool token = false, bool qkvBias = true, int seed = 1, int? rank = null) => new(
        new LetsShape { Learngene = Vit(d, l, headDim, token, qkvBias), Auxiliary = Vit(bigD, la, headDim, token, qkvBias), Rank = rank }.Validated(), seed);

    /// <summary>Gains, biases, F and G all get a normal deviation, so that nothing is 0 or 1 by initialisation.</summary>
    public static void AddNoise(ParameterSet parameters, int seed, double deviation)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed + 77);
        parameters.Values.add_(empty(parameters.Count).normal_(0, deviation, generator));
    }

    public VitWeights Expand(Selection selection) => Expansion.Expand(Shape, name => Parameters[name], selection);

    public Selection Choose(SelectionRule rule, int width, IReadOnlyList<int> rows, bool smallest = false, bool l1 = false, ulong seed = 1) =>
        new SelectionOptions { Select = rule, Smallest = smallest, L1 = l1, Seed = seed }.Choose(Shape, name => Parameters[name], width, rows);

    /// <summary>The oracle's descendant, written down once by WriteVit and read back, against the implementation's.</summary>
    public void AssertDescends(Selection selection)
    {
        Numbers.AssertClose(LetsOracle.Descendant(Read, Sizes, Taken(selection)), Written(selection), scale => 1e-5 * scale);
    }

    public Dictionary<string, Numbers> Written(Selection selection)
    {
        WriteDescendant(selection, _folder["vit"]);
        return Numbers.ReadFile(_folder["vit"]);
    }

    public void WriteDescendant(Selection selection, string path)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var stream = File.Create(path);
        ModelFile.WriteVit(stream, new() { Kind = "vit", Vit = Shape.Descendant(selection.Width, selection.Rows.Count) }, Expand(selection));
    }

    public static OracleChoice Taken(Selection s) =>
        new(s.Width, [.. s.Rows], [.. s.Channels], [.. s.Heads.Select(h => h.ToArray())], [.. s.Hidden.Select(h => h.ToArray())]);

    public void Dispose()
    {
        Parameters.Dispose();
        _folder.Dispose();
    }
}
