using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// Settings of <c>decompose</c>: the number of components and the coefficients (METHODS 2.4 [R]), and the options of the short
/// distillation from the model itself that follows where a data set is given.
/// </summary>
public sealed record DecomposeSettings : TrainingOptions
{
    /// <summary>The distillation's defaults: one epoch without warm-up at a low rate.</summary>
    public DecomposeSettings() => (Epochs, Lr, WarmupEpochs) = (1, 3e-4, 0);

    /// <summary>Components N, from 1 to the model's depth. Default: the depth, which loses nothing at Chebyshev's nodes.</summary>
    public int? Components { get; init; }
    /// <summary>Functions that weigh the components: chebyshev (default), taylor, legendre or fourier.</summary>
    public Basis Basis { get; init; } = Basis.Chebyshev;
    /// <summary>Where the layers lie on the axis of the basis: chebyshev (default) or paper.</summary>
    public Nodes Nodes { get; init; } = Nodes.Chebyshev;
    /// <summary>Order of the first component: 0 (default) or 1.</summary>
    public int OrderOffset { get; init; }
    /// <summary>Permute hidden neurons and heads of each layer first, to agree best with the layer before. Default true.</summary>
    public bool Align { get; init; } = true;
    /// <summary>Keep components that 32-bit floats cannot hold. Default false.</summary>
    public bool Force { get; init; }
    /// <summary>When it is done and a data set is given, up to 64 sizes are measured on so many test images, for budgets to choose by; 0 measures none. Default 2,000.</summary>
    public int MeasureSizes { get; init; } = 2000;

    /// <summary>How the distillation that follows recomposes at each step: depths and counts sampled.</summary>
    public DecompositionSettings Sampling() => new() { DropPath = DropPath, Precision = Precision, Seed = Seed };

    /// <summary>The shape of a model's decomposition.</summary>
    /// <exception cref="InvalidInputException">It cannot be built; names the field, the value and what is allowed.</exception>
    public DecompositionShape Shape(VitShape model)
    {
        int components = Components ?? model.Depth;
        if (components < 1 || components > model.Depth)
            throw new InvalidInputException($"components {components} is outside 1..{model.Depth}; a model of {model.Depth} layers has no more.");
        return new DecompositionShape { Vit = model, Components = components, Basis = Basis, Nodes = Nodes, OrderOffset = OrderOffset }.Validated();
    }
}
