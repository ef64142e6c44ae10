namespace Learngene.Vision.Federation;

/// <summary>
/// GENE-FL (METHODS 3): only the learngene travels, layers chosen under a budget of bytes; what is not chosen stays each client's own. The mean is
/// per cohort, or over everyone but for head and final norm.
/// </summary>
internal sealed class GeneFl : IFederatedMethod
{
    private readonly FederatedTask _task;
    private readonly GeneFlSettings _settings;
    private readonly Lazy<int[]> _trunk;

    public GeneFl(FederatedTask task)
    {
        (_task, _settings) = (task, task.Settings.GeneFl);
        _trunk = new(() => Fill(LayerChoice.TrunkOrder(task.Layout)));
    }

    public bool KeepsModel => true;

    public bool NeedsScores => _settings is { Chooser: GeneChooser.Server, Selection: GeneSelection.Smallest or GeneSelection.MostStable or GeneSelection.Literal };

    public long? MostUploaded => (long)Math.Max(
        _settings.Budget!.Value * LayerChoice.Length(_task, _task.Layout.Model(), Up), _task.Layout.Model().Min(l => LayerChoice.Length(_task, [l], Up)));

    public bool IsShared(FederatedLayer layer) => _settings.Trunk == TrunkRule.Everyone && layer.Index < _task.Layout.ModelLayers - 2;

    public ClientSide Begin(LocalTraining training) => new GeneFlClient(training);

    public void Apply(FederationModel model, RoundMean mean, int clients) => model.Add(mean, _task.Layout.All, step: 1);

    // Before anyone has sent scores, and where the trunk is the rule, the trunk.
    public IReadOnlyList<int>? Plan(FederationModel model, int round) => _settings switch
    {
        { Chooser: GeneChooser.Client } => null,
        { Selection: GeneSelection.Random } => Fill(LayerChoice.RandomOrder(_task.Layout, Seeds.Derive(_task.Settings.Seed, Purpose.Choice, (ulong)round))),
        { Selection: GeneSelection.SharedTrunk } => _trunk.Value,
        _ => model.Scores is { } scores ? Fill(LayerChoice.ScoreOrder(_settings.Selection!.Value, scores)) : _trunk.Value,
    };

    private PayloadEncoding Up => _task.Settings.Encoding.Up!.Value;

    private int[] Fill(IEnumerable<int> order) => LayerChoice.Fill(_task, order, Up, _task.Settings.Encoding.Down!.Value);
}
