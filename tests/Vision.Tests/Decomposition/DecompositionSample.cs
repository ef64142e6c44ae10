using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>A random decomposition, as a file read twice: by the implementation into <see cref="Parameters"/>, by the oracle into <see cref="Read"/>.</summary>
internal sealed class DecompositionSample : IDisposable
{
    private readonly TempFolder _folder = new();

    public DecompositionSample(DecompositionShape shape, int seed = 1)
    {
        Shape = shape.Validated();
        using (var parameters = DecompositionParameters.Create(shape, (ulong)seed))
        {
            LetsSample.AddNoise(parameters, seed, 0.3);
            using var stream = File.Create(Path);
            ModelFile.WriteDecomposition(stream, Config, name => parameters[name]);
        }
        using var file = SafetensorsFile.Open(Path);
        ModelFile.Check(file, ModelConfig.Read(file));
        Parameters = ModelFile.ReadDecomposition(file, ModelConfig.Read(file).Decomposition!);
        Read = Numbers.ReadFile(Path);
    }

    public string Path => _folder["decomposition"];

    public DecompositionShape Shape { get; }

    public ModelConfig Config => new() { Kind = "decomposition", Vit = Shape.Vit, Decomposition = Shape };

    public ParameterSet Parameters { get; }

    public Dictionary<string, Numbers> Read { get; }

    public static DecompositionShape Of(int width, int depth, int components, bool token = false, bool qkvBias = true) => new()
    {
        Vit = LetsSample.Vit(width, depth, 4, token, qkvBias), Components = components, Basis = Basis.Chebyshev, Nodes = Nodes.Paper, OrderOffset = 0,
    };

    public Dictionary<string, Numbers> Written(int depth, int components) => Written(new(Shape.Vit.Width, depth, components));

    public Dictionary<string, Numbers> Written(ModelSize size)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using (var stream = File.Create(_folder["vit"]))
            ModelFile.WriteVit(stream, new() { Kind = "vit", Vit = Shape.Descendant(size) }, Recomposition.Expand(Shape, name => Parameters[name], size));
        return Numbers.ReadFile(_folder["vit"]);
    }

    /// <summary>A plain ViT with noise everywhere.</summary>
    public static ParameterSet Model(VitShape shape, int seed)
    {
        var parameters = VitInit.Create(shape, (ulong)seed);
        LetsSample.AddNoise(parameters, seed, 0.3);
        return parameters;
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _folder.Dispose();
    }
}
