using Learngene.Vision.Models;

namespace Learngene.Vision.Decomposition;

/// <summary>Settings of <c>decompose</c>: the number of components and the coefficients (METHODS 2.4 [R]).</summary>
public sealed record DecomposeSettings
{
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
