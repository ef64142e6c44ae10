namespace Learngene.Vision.Federation;

/// <summary>A round's mean by a robust rule, held as values.</summary>
internal sealed class RobustMean(FederatedTask task, int contributions) : RoundMean
{
    private readonly Dictionary<(int Layer, int Slot), (float[] Values, int Members)> _values = [];
    private float[]? _scores;

    public override int Contributions => contributions;

    internal override float[]? Scores => _scores;

    internal float[] Allocate(int layer, int slot, int members)
    {
        var values = new float[task.Layout.Layers[layer].Count];
        _values.Add((layer, slot), (values, members));
        return values;
    }

    /// <summary>The median of each layer's scores: no client moves it far.</summary>
    internal void AddScores(IEnumerable<(long Weight, IReadOnlyList<float>? Scores)> sent)
    {
        IReadOnlyList<float>[] all = [.. sent.Where(s => s.Scores is not null).Select(s => s.Scores!)];
        if (all.Length > 0) _scores = [.. Enumerable.Range(0, task.Layout.ModelLayers).Select(l => all.Select(s => s[l]).Order().ElementAt((all.Length - 1) / 2))];
    }

    internal override long Weight(int layer, int slot) => _values.TryGetValue((layer, slot), out var v) ? v.Members : 0;

    internal override void AddTo(int layer, int slot, Span<float> values, double step)
    {
        var mean = _values[(layer, slot)].Values;
        for (int i = 0; i < mean.Length; i++) values[i] = (float)(values[i] + mean[i] * step);
    }
}
