using System.Collections.Concurrent;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Lets;

/// <summary>
/// Many sizes of one LeTs learngene: those of one width share its widened layers, since a depth list only chooses among the layers that
/// the rows of G mix. Thread-safe; the tensors live until it is disposed of.
/// </summary>
/// <param name="shape">Learngene and auxiliary model.</param>
/// <param name="get">The learngene's tensors by stacked name.</param>
public sealed class LetsGrid(LetsShape shape, Func<string, Tensor> get) : IDisposable
{
    private readonly ConcurrentDictionary<int, Lazy<VitWeights>> _widths = new();
    private readonly ConcurrentBag<Tensor> _owned = [];
    private readonly HashSet<Tensor> _given = new(LetsParameters.Specs(shape).Select(s => get(s.Name)), ReferenceEqualityComparer.Instance); // taken over as they are, and not ours

    /// <summary>The weights of a descendant by the continuous rule; they belong to the grid.</summary>
    /// <param name="width">Its channels.</param><param name="rows">The row of G that makes each layer.</param>
    public VitWeights Descendant(int width, IReadOnlyList<int> rows)
    {
        var all = _widths.GetOrAdd(width, w => new(() => OfAllRows(w))).Value;
        return all with { Blocks = [.. rows.Select(r => all.Blocks[r])] };
    }

    /// <summary>The models of these sizes, named WIDTHxDEPTH.</summary>
    public IReadOnlyList<GridModel> Models(IEnumerable<(int Width, int Depth)> sizes, Precision precision = Precision.Fp32) => [.. sizes.Select(size =>
    {
        var vit = new Vit(shape.Descendant(size.Width, size.Depth), precision);
        return new GridModel($"{size.Width}x{size.Depth}", vit.Shape.Flops, () =>
        {
            var weights = Descendant(size.Width, DepthList.For(shape.Rows, size.Depth));
            return images => vit.Forward(images, weights);
        });
    })];

    private VitWeights OfAllRows(int width)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var weights = Expansion.Expand(shape, get, Selection.Continuous(shape, width, [.. Enumerable.Range(0, shape.Rows)]));
        foreach (var tensor in weights.Named(shape.Descendant(width, shape.Rows)).Values)
            if (!_given.Contains(tensor)) _owned.Add(tensor.DetachFromDisposeScope());
        return weights;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
    }
}
