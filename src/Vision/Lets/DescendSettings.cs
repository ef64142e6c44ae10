using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Lets;

/// <summary>Settings of <c>descend</c>: the size, the rows and the number format.</summary>
public sealed record DescendSettings
{
    /// <summary>
    /// Channels of the descendant: a multiple of the head size, at most the largest model's width. A decomposition without componentWidth has
    /// one width. Default: of a decomposition its width; a lets needs one.
    /// </summary>
    public int? Width { get; init; }
    /// <summary>Layers of the descendant, 1..256. Default: as many as <see cref="Rows"/>, or the auxiliary model's.</summary>
    public int? Depth { get; init; }
    /// <summary>How many of the first components make the descendant of a decomposition. Default: all.</summary>
    public int? Components { get; init; }
    /// <summary>The row of G that makes each layer. Default: the depth list of METHODS 1.6.</summary>
    public IReadOnlyList<int>? Rows { get; init; }
    /// <summary>How rows of the matrices are chosen. Default continuous.</summary>
    public SelectionRule Select { get; init; } = SelectionRule.Continuous;
    /// <summary>Seed of the random rule. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>The magnitude rule keeps the smallest rows. Default false.</summary>
    public bool Smallest { get; init; }
    /// <summary>The magnitude rule measures the L1 norm. Default false.</summary>
    public bool L1 { get; init; }
    /// <summary>F32 (default), F16 or BF16.</summary>
    public TensorType Type { get; init; } = TensorType.F32;

    /// <summary>Checks the size against a learngene and fills in what was left to it.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public DescendSettings For(LetsShape shape)
    {
        int depth = Depth ?? Rows?.Count ?? shape.Auxiliary.Depth;
        shape.Descendant(Width ?? throw new InvalidInputException($"width is missing; allowed are {shape.Learngene.HeadDim}, {2 * shape.Learngene.HeadDim}, ..., {shape.Auxiliary.Width}."), depth);
        if (Components is not null) throw new InvalidInputException($"components {Components} cannot be chosen: a lets has none; they belong to decompositions.");
        RequireType();
        if (Rows is { } rows)
        {
            if (rows.Count != depth)
                throw new InvalidInputException($"rows lists {rows.Count} layers and depth is {depth}; they must agree.");
            foreach (int row in rows)
                if (row < 0 || row >= shape.Rows)
                    throw new InvalidInputException($"row {row} is outside 0..{shape.Rows - 1}; the learngene has {shape.Rows} rows.");
        }
        return WithoutUnused() with { Depth = depth, Rows = Rows ?? DepthList.For(shape.Rows, depth) };
    }

    /// <summary>Checks the size against a decomposition and fills in what was left to it.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public DescendSettings For(DecompositionShape shape)
    {
        var size = new ModelSize(Width ?? shape.Vit.Width, Depth ?? shape.Vit.Depth, Components ?? shape.Components);
        if (Rows is not null || Select != SelectionRule.Continuous || Smallest || L1)
            throw new InvalidInputException("rows, select, smallest and l1 choose among the matrices of a lets; a decomposition takes width, depth and components.");
        shape.Descendant(size);
        RequireType();
        return WithoutUnused() with { Width = size.Width, Depth = size.Depth, Components = size.Components };
    }

    // What determines the bytes is written beside them: a seed that nothing draws from does not.
    private DescendSettings WithoutUnused()
    {
        if (Select != SelectionRule.Magnitude && (Smallest || L1))
            throw new InvalidInputException($"{(Smallest ? "smallest" : "l1")} belongs to select magnitude; select is {Select.ToString().ToLowerInvariant()}.");
        return Select == SelectionRule.Random ? this : this with { Seed = new DescendSettings().Seed };
    }

    private void RequireType()
    {
        if (Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
            throw new InvalidInputException($"type {Type} cannot be written; allowed are F32, F16 and BF16.");
    }

    /// <summary>The rule as options.</summary>
    public SelectionOptions Selection() => new() { Select = Select, Seed = Seed, Smallest = Smallest, L1 = L1 };
}
