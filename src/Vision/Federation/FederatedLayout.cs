using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// The exchanged vector as ordered layers: class token, position embedding, patch embedding, the parts of the blocks, final norm, head; with scaffold
/// all of them again as <c>control/...</c>. Flat vectors of floats are in this order.
/// </summary>
public sealed class FederatedLayout
{
    private FederatedLayout(VitShape shape, IReadOnlyList<FederatedLayer> layers, int modelLayers)
    {
        (Shape, Layers, ModelLayers) = (shape, layers, modelLayers);
    }

    /// <summary>The model's architecture.</summary>
    public VitShape Shape { get; }
    /// <summary>All layers; the model's first.</summary>
    public IReadOnlyList<FederatedLayer> Layers { get; }
    /// <summary>How many of the layers are the model's.</summary>
    public int ModelLayers { get; }
    /// <summary>Values of all layers.</summary>
    public int Count => Layers[^1].Offset + Layers[^1].Count;
    /// <summary>Values of the model.</summary>
    public int ModelCount => Layers[ModelLayers - 1].Offset + Layers[ModelLayers - 1].Count;
    /// <summary>Says which layout it is: equal for equal names, shapes and order.</summary>
    public ulong Fingerprint { get; }
    /// <summary>The numbers of all layers, ascending.</summary>
    public IReadOnlyList<int> All => throw new NotImplementedException();

    /// <summary>The layout of an architecture.</summary>
    /// <exception cref="InvalidInputException">It has more values than one vector holds.</exception>
    public static FederatedLayout Of(VitShape shape, FederatedMethod method) => throw new NotImplementedException();
}
