using System.Globalization;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// WAVE (CVPR 2025, arXiv 2406.17503) [second hand: its details here are R]: every matrix of a block is W_l = sum_t T_t (x) S_{l,t}, Kronecker
/// products of templates T (m/b, n/b), which all layers share, and small scalers S (b, b) of each layer. Soft distillation of an
/// auxiliary model learns both. Norms and biases of a block are learnt as they are and shared by all layers [R]. For a new depth, the scalers
/// start as those of the learnt layers floor(i L / L') and alone are trained for a few steps on the data: templates, norms, biases,
/// embeddings and head stay as they were learnt [R]. The width is the learnt one.
/// In a file: <c>templates.NAME</c> (T, m/b, n/b), <c>scalers.NAME</c> (L, T, b, b), <c>shared.NAME</c>, and what is outside the blocks.
/// </summary>
public sealed class Wave : ISharedBaseline, IInitialisation
{
    /// <inheritdoc/>
    public string SourceKind => "wave";

    /// <inheritdoc/>
    public int DefaultSteps => 150;

    /// <summary>Names and shapes of what is learnt.</summary>
    public static IEnumerable<ParameterSpec> Specs(WaveShape shape)
    {
        foreach (var spec in VitWeights.Specs(shape.Vit with { Depth = 0 }))
            yield return spec;
        foreach (var (name, s) in VitWeights.BlockShapes(shape.Vit))
            if (s.Length > 1) yield return new($"templates.{name}", [shape.Templates, s[0] / shape.Block, s[1] / shape.Block], true);
            else yield return new($"shared.{name}", s, false);
        foreach (var spec in Scalers(shape, shape.Vit.Depth)) yield return spec;
    }

    /// <summary>The weights of a model of that depth.</summary>
    /// <param name="shape">What was learnt.</param><param name="depth">Layers, as many as there are scalers.</param>
    /// <param name="get">Tensors by name (<see cref="Specs"/>).</param>
    public static VitWeights Expand(WaveShape shape, int depth, Func<string, Tensor> get)
    {
        var vit = shape.Vit with { Depth = depth };
        var matrices = VitWeights.BlockShapes(vit).Where(b => b.Shape.Length > 1).ToDictionary(b => b.Name, b => Sum(get($"templates.{b.Name}"), get($"scalers.{b.Name}")));
        return VitWeights.From(vit, name =>
        {
            string[] parts = name.Split('.', 3);
            if (parts[0] != "blocks") return get(name);
            return matrices.TryGetValue(parts[2], out var layers) ? layers[int.Parse(parts[1], CultureInfo.InvariantCulture)] : get($"shared.{parts[2]}");
        });
    }

    /// <inheritdoc/>
    public ModelConfig Config(VitShape auxiliary, BaselineSettings settings) => new()
    {
        Kind = "wave", Vit = auxiliary, Wave = new WaveShape { Vit = auxiliary, Templates = settings.Templates!.Value, Block = settings.Block!.Value }.Validated(),
    };

    /// <summary>Initial values [R]: templates normal of 0.02 and scalers normal of 1 / sqrt(T), so that matrices are as wide as DeiT's; the rest as DeiT's.</summary>
    public ParameterSet Create(ModelConfig config, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(Specs(config.Wave!), device);
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
            parameters.Set(spec.Name, spec.Name.StartsWith("scalers.", StringComparison.Ordinal)
                ? empty(spec.Shape).normal_(0, 1 / Math.Sqrt(config.Wave!.Templates), generator)
                : VitInit.Initial(spec, generator));
        return parameters;
    }

    /// <inheritdoc/>
    public ITrainable Trainable(VitShape auxiliary, ModelConfig config, ParameterSet parameters, BaselineSettings settings) =>
        new GeneratedVit(auxiliary, parameters, settings, () => Expand(config.Wave!, auxiliary.Depth, name => parameters[name]));

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings) => settings.TargetOfSameWidth(source.Vit);

    /// <inheritdoc/>
    public ParameterSet Create(ModelConfig source, Func<string, Tensor> get, VitShape target, ulong seed, Device? device = null)
    {
        var scalers = new ParameterSet(Scalers(source.Wave!, target.Depth), device);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var from = tensor(Copying.Rule(target.Depth, source.Vit.Depth).Select(l => (long)l).ToArray()).to(scalers.Values.device);
        foreach (var spec in scalers.Specs) scalers.Set(spec.Name, get(spec.Name).index_select(0, from));
        return scalers;
    }

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt) =>
        Expand(source.Wave!, target.Depth, name => name.StartsWith("scalers.", StringComparison.Ordinal) ? learnt![name] : get(name));

    private static IEnumerable<ParameterSpec> Scalers(WaveShape shape, int depth) =>
        from b in VitWeights.BlockShapes(shape.Vit)
        where b.Shape.Length > 1
        select new ParameterSpec($"scalers.{b.Name}", [depth, shape.Templates, shape.Block, shape.Block], false);

    // All layers in one product: (L b b, T) times (T, m/b n/b).
    private static Tensor[] Sum(Tensor templates, Tensor scalers)
    {
        using var scope = NewDisposeScope();
        var (t, s) = (templates.shape, scalers.shape);
        var sum = scalers.permute(0, 2, 3, 1).reshape(-1, t[0]).mm(templates.reshape(t[0], -1)).reshape(s[0], s[2], s[3], t[1], t[2]); // (L, a, c, i, j)
        var layers = sum.permute(0, 3, 1, 4, 2).reshape(s[0], t[1] * s[2], t[2] * s[3]);                                              // (L, m, n)
        return [.. layers.unbind(0).Select(layer => layer.MoveToOuterDisposeScope())];
    }
}
