using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Files;

/// <summary>The sizes of a learngene of any kind, measured together.</summary>
public static class LearngeneGrid
{
    private const int MostOfTwoAxes = 8, MostOfThree = 4; // 64 sizes either way

    /// <summary>Accuracy and loss of each size, by its text (<see cref="ModelSize"/>).</summary>
    /// <param name="config">What the learngene is.</param><param name="get">Its tensors by stacked name.</param>
    /// <param name="sizes">The sizes.</param><param name="precision">Number format of the products.</param>
    /// <param name="measure">Runs the models (<see cref="GridEvaluator"/>).</param>
    /// <exception cref="InvalidInputException">It is no learngene, or a size is not to be had.</exception>
    public static IReadOnlyDictionary<string, Evaluation> Measure(
        ModelConfig config, Func<string, Tensor> get, IEnumerable<ModelSize> sizes, Precision precision,
        Func<IReadOnlyList<GridModel>, IReadOnlyDictionary<string, Evaluation>> measure)
    {
        if (config.Lets is { } lets)
        {
            using var grid = new LetsGrid(lets, get);
            return measure(grid.Models(sizes.Select(s => s.Components is null ? (s.Width, s.Depth) : throw NoComponents(s)), precision));
        }
        if (config.Decomposition is { } decomposition)
            return measure([.. sizes.Select(s => Recomposed(decomposition, get, s, precision))]);
        throw new InvalidInputException($"a {config.Kind} has one size; sizes are for learngenes.");
    }

    /// <summary>Sizes that show the whole learngene: up to eight along each of two axes or four along each of three, the ends among them.</summary>
    public static IReadOnlyList<ModelSize> Spread(ModelConfig config) => config switch
    {
        { Lets: { } lets } =>
        [
            .. from heads in Along(Math.Min(lets.Learngene.Heads, lets.Auxiliary.Heads), lets.Auxiliary.Heads)
               from depth in Along(Math.Min(2, lets.Auxiliary.Depth), lets.Auxiliary.Depth)
               select new ModelSize(heads * lets.Learngene.HeadDim, depth),
        ],
        { Decomposition: { ComponentWidth: null } d } =>
        [
            .. from depth in Along(Math.Min(2, d.Vit.Depth), d.Vit.Depth)
               from components in Along(1, d.Components)
               select new ModelSize(d.Vit.Width, depth, components),
        ],
        { Decomposition: { } d } =>
        [
            .. from heads in Along(d.Core.Heads, d.Vit.Heads, MostOfThree)
               from depth in Along(Math.Min(2, d.Vit.Depth), d.Vit.Depth, MostOfThree)
               from components in Along(1, d.Components, MostOfThree)
               select new ModelSize(heads * d.Vit.HeadDim, depth, components),
        ],
        _ => [],
    };

    private static GridModel Recomposed(DecompositionShape shape, Func<string, Tensor> get, ModelSize size, Precision precision)
    {
        var vit = new Vit(shape.Descendant(size), precision);
        return new(size.ToString(), vit.Shape.Flops, () =>
        {
            var weights = Recomposition.Expand(shape, get, size);
            return images => vit.Forward(images, weights);
        });
    }

    private static IEnumerable<int> Along(int from, int to, int most = MostOfTwoAxes)
    {
        int steps = Math.Min(to - from, most - 1);
        return Enumerable.Range(0, steps + 1).Select(i => steps == 0 ? from : from + (int)Math.Round(i * (to - from) / (double)steps)).Distinct();
    }

    private static InvalidInputException NoComponents(ModelSize size) => new($"size '{size}' names components; a lets has none, so write {size.Width}x{size.Depth}.");
}
