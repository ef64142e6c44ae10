using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>
/// The values that everyone starts from. Drawn uniformly by integer arithmetic and square roots alone, so that they are the same bits on every
/// machine and need not travel.
/// </summary>
internal static class CommonSeed
{
    private const double DeitDeviation = 0.02;

    /// <summary>All values of a layout; control variates are zero.</summary>
    public static float[] Draw(FederatedLayout layout, FederatedInit init, ulong seed)
    {
        var values = new float[layout.Count];
        foreach (var layer in layout.Layers.Take(layout.ModelLayers))
            foreach (var tensor in layer.Tensors)
                Fill(values.AsSpan(layer.Offset + tensor.Offset, tensor.Count), tensor, init, Seeds.Derive(seed, Purpose.CommonSeed, (ulong)layer.Index));
        return values;
    }

    private static void Fill(Span<float> values, LayerTensor tensor, FederatedInit init, ulong seed)
    {
        if (tensor.Name.EndsWith(".bias", StringComparison.Ordinal)) return;
        if (tensor.Name.Contains("norm", StringComparison.Ordinal))
        {
            values.Fill(1);
            return;
        }
        bool matrix = tensor.Name.EndsWith(".weight", StringComparison.Ordinal);
        double deviation = init == FederatedInit.FanIn && matrix ? 1 / Math.Sqrt(tensor.Columns) : DeitDeviation, bound = Math.Sqrt(3) * deviation;
        var draws = new Draws(seed, DrawPurpose.Subset, 0, 0);
        for (int i = 0; i < values.Length; i++) values[i] = (float)draws.Uniform(-bound, bound);
    }
}

/// <summary>What a seed is derived for, so that no two draws have the same.</summary>
internal static class Purpose
{
    public const ulong CommonSeed = 1, Participants = 2, Training = 3, Download = 4, Choice = 5, Projection = 6, Deal = 7, Shift = 8, Split = 9;
    public const ulong Order = 10, Dither = 11, Fisher = 12, Evaluation = 13;
}
