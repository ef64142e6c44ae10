namespace Learngene.Vision.Federation;

/// <summary>
/// GENE-FL at a client: lambda_smooth |theta - Theta|^2 over what was downloaded, lambda_elastic times the same over the coordinates of high Fisher
/// information; afterwards the score of every layer and, where clients choose, the choice.
/// </summary>
internal sealed class GeneFlClient : ClientSide
{
    private readonly GeneFlSettings _settings;
    private readonly float[]? _factors;

    public GeneFlClient(LocalTraining training) : base(training)
    {
        _settings = training.Task.Settings.GeneFl;
        bool elastic = _settings is { Elastic: not ElasticRule.None, LambdaElastic: > 0 };
        if (elastic || _settings.LambdaSmooth > 0) _factors = Factors(elastic);
    }

    public override void Correct(ReadOnlySpan<float> values, Span<float> gradient)
    {
        if (_factors is not null) Penalty.AddGradient(values, Training.Given, _factors, gradient);
    }

    public override Sending Finish(Span<float> differences)
    {
        var (task, layout) = (Training.Task, Training.Task.Layout);
        bool chooses = Training.Work.Layers is null;
        float[]? scores = task.Method.NeedsScores || (chooses && _settings.Selection != GeneSelection.Random)
            ? LayerScores.Of(_settings, layout, Training.Values, Training.Given) : null;
        if (!chooses) return new(Training.Work.Layers!, scores);
        var order = scores is null
            ? LayerChoice.RandomOrder(layout, Seeds.Derive(Training.Work.Seed, Purpose.Choice))
            : LayerChoice.ScoreOrder(_settings.Selection!.Value, scores);
        return new(LayerChoice.Fill(task, order, task.Settings.Encoding.Up!.Value));
    }

    // The gradient of lambda |theta - Theta|^2 is 2 lambda (theta - Theta).
    private float[] Factors(bool elastic)
    {
        var layout = Training.Task.Layout;
        var factors = new float[layout.ModelCount];
        int[] given = [.. layout.Model().Where(Training.IsGiven).SelectMany(l => Enumerable.Range(layout.Layers[l].Offset, layout.Layers[l].Count))];
        foreach (int i in given) factors[i] = (float)(2 * _settings.LambdaSmooth);
        if (!elastic) return factors;
        var fisher = Fisher.Diagonal(Training, _settings.Fisher, _settings.FisherBatches);
        var high = new int[(int)Math.Round((1 - _settings.FisherQuantile) * given.Length)];
        Largest.Find([.. given.Select(i => fisher[i])], high);
        var places = _settings.Elastic == ElasticRule.HighFisher ? high : Enumerable.Range(0, given.Length).Except(high);
        foreach (int place in places) factors[given[place]] += (float)(2 * _settings.LambdaElastic);
        return factors;
    }
}
