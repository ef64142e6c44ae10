using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Models;

/// <summary>DeiT's initialisation [S]: linear and position weights from a normal of 0.02, biases 0, norm gains 1.</summary>
public static class VitInit
{
    /// <summary>A new model's parameters, random from <paramref name="seed"/> alone.</summary>
    public static ParameterSet Create(VitShape shape, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(VitWeights.Specs(shape), device);
        Fill(parameters, seed);
        return parameters;
    }

    /// <summary>Initialises every parameter by its name; the order of the draws is that of the parameter set.</summary>
    public static void Fill(ParameterSet parameters, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
            parameters.Set(spec.Name, Initial(spec, generator));
    }

    /// <summary>A fresh head (classes, D) and its bias, for another set of classes.</summary>
    public static void FillHead(ParameterSet parameters, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed ^ 0x68656164);
        foreach (var spec in parameters.Specs.Where(s => s.Name.StartsWith("head.", StringComparison.Ordinal)))
            parameters.Set(spec.Name, Initial(spec, generator));
    }

    internal static Tensor Initial(ParameterSpec spec, Generator generator)
    {
        if (spec.Name.EndsWith(".bias", StringComparison.Ordinal)) return zeros(spec.Shape);
        if (spec.Name.Contains("norm") && spec.Name.EndsWith(".weight", StringComparison.Ordinal)) return ones(spec.Shape);
        // DeiT truncates at +-2, a hundred deviations away: a plain normal is the same. (TorchSharp 0.107's trunc_normal_ gives a constant.)
        return empty(spec.Shape).normal_(0, 0.02, generator);
    }
}
