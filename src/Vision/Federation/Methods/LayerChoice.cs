using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>Which layers are the learngene: an order, and as many from its front as the budget holds.</summary>
internal static class LayerChoice
{
    /// <summary>Head, final norm, then from the images up.</summary>
    public static IEnumerable<int> TrunkOrder(FederatedLayout layout)
    {
        int head = layout.ModelLayers - 1, norm = head - 1;
        return [head, norm, .. Enumerable.Range(0, norm)];
    }

    /// <summary>By lot.</summary>
    public static int[] RandomOrder(FederatedLayout layout, ulong seed)
    {
        var draws = new Draws(seed, DrawPurpose.Order, 0, 0);
        int[] order = layout.Model();
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = draws.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>By score: most-stable and literal take the largest first, smallest the smallest; of equals the first.</summary>
    public static IEnumerable<int> ScoreOrder(GeneSelection selection, IReadOnlyList<float> scores)
    {
        var layers = Enumerable.Range(0, scores.Count);
        return selection == GeneSelection.Smallest ? layers.OrderBy(l => scores[l]) : layers.OrderByDescending(l => scores[l]);
    }

    /// <summary>
    /// From the front of an order every layer that still fits the budget's share of the bytes that the whole model's payload has, in each of the
    /// encodings; if none fits, the smallest alone.
    /// </summary>
    public static int[] Fill(FederatedTask task, IEnumerable<int> order, params ReadOnlySpan<PayloadEncoding> encodings)
    {
        var layout = task.Layout;
        double budget = task.Settings.GeneFl.Budget!.Value;
        var left = new double[encodings.Length];
        for (int e = 0; e < left.Length; e++) left[e] = budget * Length(task, layout.Model(), encodings[e]) - Length(task, [], encodings[e]);
        var chosen = new List<int>();
        foreach (int layer in order)
        {
            bool fits = true;
            for (int e = 0; e < left.Length; e++) fits &= Body(task, layer, encodings[e]) <= left[e];
            if (!fits) continue;
            for (int e = 0; e < left.Length; e++) left[e] -= Body(task, layer, encodings[e]);
            chosen.Add(layer);
        }
        return chosen.Count > 0 ? [.. chosen.Order()] : [layout.Layers.Take(layout.ModelLayers).MinBy(l => l.Count)!.Index];
    }

    /// <summary>Bytes of an upload of those layers.</summary>
    public static long Length(FederatedTask task, IReadOnlyList<int> layers, PayloadEncoding encoding) => Payload.Length(task.Layout, new()
    {
        Kind = PayloadKind.Differences, Encoding = encoding, Round = 0, Layers = layers, TopK = task.Settings.Encoding.TopK,
        Scores = task.Method.NeedsScores ? [] : null,
    });

    private static long Body(FederatedTask task, int layer, PayloadEncoding encoding) =>
        PayloadFormat.BodyLength(task.Layout.Layers[layer], encoding, task.Settings.Encoding.TopK);
}
