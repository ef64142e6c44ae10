namespace Learngene.Sdk.Experiments;

/// <summary>What a DeiT-style ViT costs, from its numbers alone; average pooling, MLP ratio 4, biases throughout (METHODS 0).</summary>
/// <param name="Width">Channels.</param><param name="Depth">Layers.</param><param name="Patch">Patch size, pixels.</param>
/// <param name="ImageSize">Image height and width, pixels.</param><param name="Channels">Image channels.</param><param name="Classes">Classes.</param>
public sealed record ModelCost(int Width, int Depth, int Patch, int ImageSize, int Channels, int Classes)
{
    private const int BytesPerTrained = 16; // value, gradient and two moments

    /// <summary>Tokens of an image.</summary>
    public int Tokens => ImageSize / Patch * (ImageSize / Patch);

    /// <summary>Parameters of one encoder layer.</summary>
    public long BlockParameters => 12L * Width * Width + 13L * Width;

    /// <summary>All parameters.</summary>
    public long Parameters => OutsideBlocks + Depth * BlockParameters;

    /// <summary>Parameters outside the encoder layers: patch and position embedding, final norm, head.</summary>
    public long OutsideBlocks => (long)Width * Channels * Patch * Patch + Width + (long)Tokens * Width + 2L * Width + (long)Classes * Width + Classes;

    /// <summary>What LeTs' stage 1 trains, with this as the learngene (METHODS 1.1): 37,735,784 in the paper's configuration.</summary>
    /// <param name="width">Channels of the auxiliary model.</param><param name="depth">Its layers.</param><param name="rank">Rank of the matrices; 0 (default) is full.</param>
    public long LetsParameters(int width, int depth, int rank = 0)
    {
        long extra = width - Width, f = Matrix(extra, Width, rank), ffn = Matrix(4 * extra, 4L * Width, rank);
        return OutsideBlocks + Tokens * extra + Depth * BlockParameters + 2 * f + Depth * (3 * f + ffn) + depth / 2 * 8 * 4;
    }

    private static long Matrix(long rows, long columns, int rank) => rank > 0 ? rank * (rows + columns) : rows * columns;

    /// <summary>What a decomposition consists of, with this as its components and what is outside the blocks.</summary>
    /// <param name="components">How many components.</param><param name="width">Channels that LeTs' matrices widen them to; where that is no more than theirs, there are none.</param>
    public long ComponentParameters(int components, int width)
    {
        long extra = Math.Max(0, width - Width), f = extra * Width;
        return OutsideBlocks + Tokens * extra + components * BlockParameters + 5 * f + 16 * f;
    }

    /// <summary>Operations of a forward pass over one image, two a multiply-add.</summary>
    public long Flops => 2L * (Tokens * (long)Channels * Patch * Patch * Width + Depth * (Tokens * 12L * Width * Width + 2L * Tokens * Tokens * Width) + (long)Width * Classes);

    /// <summary>Operations of a training step over one image: forward, and twice as much backward.</summary>
    public long TrainingFlops => 3 * Flops;

    /// <summary>Bytes that training needs at least: parameters with their optimiser state, and what the forward pass of a batch keeps.</summary>
    public long TrainingBytes(int batch) => BytesPerTrained * Parameters + 4L * batch * Tokens * Depth * 34L * Width;
}
