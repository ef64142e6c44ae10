using Learngene.Vision.Federation;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class ModelTests
{
    [Fact]
    public void What_still_is_the_common_seed_does_not_travel()
    {
        var task = TaskOf();
        var model = FederationModel.Initial(task, 1);
        Assert.Null(model.Download(0, 1, model.Plan(1)));
        Assert.Null(model.Initialisation(0));
        Apply(task, model, 1, (Values(task.Layout, 1), 0, 5, [2, 7]));
        Assert.Equal([2, 7], PayloadReader.Open(model.Download(0, 2, model.Plan(2))!, task.Layout).Header.Layers);
        Assert.Null(model.Download(0, 2, [3, 4]));
        Assert.Equal(task.CommonSeed.Span[..10].ToArray(), model.Values(0)[..10]);
    }

    [Fact]
    public void A_round_without_contributions_only_counts_and_rounds_follow_one_another()
    {
        var task = TaskOf();
        var model = FederationModel.Initial(task, 1);
        Apply(task, model, 1, (Values(task.Layout, 1), 0, 5, null));
        float[] before = model.Values(0);
        model.Apply(2, RoundMean.Of(task.NewAccumulator(1)), 8);
        Assert.Equal((2, true), (model.Round, before.SequenceEqual(model.Values(0))));
        Assert.Throws<ArgumentException>(() => model.Apply(2, RoundMean.Of(task.NewAccumulator(1)), 8));
        Assert.Throws<ArgumentException>(() => model.Apply(4, RoundMean.Of(task.NewAccumulator(1)), 8));
    }

    [Fact]
    public void Cohorts_share_a_trunk_and_have_heads_of_their_own_that_everyones_model_averages_by_samples()
    {
        var task = TaskOf("gene-fl", """ "geneFl": {"budget": 1}, "encoding": {"up": "f32", "down": "f32"} """);
        var model = FederationModel.Initial(task, 3);
        float[] a = Values(task.Layout, 1), b = Values(task.Layout, 2);
        Apply(task, model, 1, (a, 0, 30, null), (b, 1, 10, null));
        float[] seed = task.CommonSeed.ToArray(), first = model.Values(0), second = model.Values(1), third = model.Values(2), all = model.Values();
        int head = task.Layout.Layers[14].Offset;
        for (int i = 0; i < head; i++)
        {
            Assert.Equal(seed[i] + (30 * a[i] + 10 * b[i]) / 40, first[i], 1e-6f);
            Assert.Equal((first[i], first[i], first[i]), (second[i], third[i], all[i]));
        }
        for (int i = head; i < first.Length; i++)
        {
            Assert.Equal(seed[i] + a[i], first[i], 1e-6f);
            Assert.Equal(seed[i] + b[i], second[i], 1e-6f);
            Assert.Equal(seed[i], third[i]);
            Assert.Equal(0.75f * first[i] + 0.25f * second[i], all[i], 1e-6f);
        }
        // What newcomers to the third cohort get: the trunk.
        Assert.Equal(Enumerable.Range(0, 14), PayloadReader.Open(model.Initialisation(2)!, task.Layout).Header.Layers);
    }

    [Fact]
    public void The_trunk_is_head_norm_and_the_lowest_layers_within_the_budget_of_both_directions()
    {
        foreach (double budget in (double[])[0.05, 0.3, 0.5, 1])
        {
            var task = TaskOf("gene-fl", FormattableString.Invariant($"\"geneFl\": {{\"budget\": {budget}}}"));
            var plan = FederationModel.Initial(task, 2).Plan(7)!;
            Assert.Equal(plan, FederationModel.Initial(task, 1).Plan(1));
            if (budget > 0.05) Assert.Superset(new HashSet<int> { 14, 15, 0, 1 }, plan.ToHashSet());
            foreach (var (encoding, kind) in ((PayloadEncoding, PayloadKind)[])[(PayloadEncoding.Int4, PayloadKind.Differences), (PayloadEncoding.Int8, PayloadKind.Values)])
                Assert.InRange(Payload.Length(task.Layout, Header(encoding, kind, plan)), 1, budget * Payload.Length(task.Layout, Header(encoding, kind)));
        }
        Assert.Equal(TaskOf("gene-fl", "\"geneFl\": {\"budget\": 1}").Layout.All, FederationModel.Initial(TaskOf("gene-fl", "\"geneFl\": {\"budget\": 1}"), 1).Plan(1));
        Assert.Single(FederationModel.Initial(TaskOf("gene-fl", "\"geneFl\": {\"budget\": 0.001}"), 1).Plan(1)!);
    }

    [Fact]
    public void Random_layers_are_drawn_anew_in_every_round_and_from_the_seed_alone()
    {
        var task = TaskOf("gene-fl", """ "geneFl": {"selection": "random"} """);
        var (one, two) = (FederationModel.Initial(task, 1), FederationModel.Initial(task, 1));
        var plans = Enumerable.Range(1, 6).Select(r => string.Join(' ', one.Plan(r)!)).ToList();
        Assert.Equal(plans, Enumerable.Range(1, 6).Select(r => string.Join(' ', two.Plan(r)!)));
        Assert.True(plans.Distinct().Count() > 3);
    }

    [Fact]
    public void The_learning_rate_falls_along_half_a_cosine()
    {
        var settings = Settings("fedavg", "\"lr\": 0.2, \"lrEnd\": 0.1, \"rounds\": 11");
        Assert.Equal(0.2, settings.LrOf(1), 1e-12);
        Assert.Equal(0.11, settings.LrOf(6), 1e-12);
        Assert.Equal(0.02, settings.LrOf(11), 1e-12);
        Assert.Equal(0.1, Settings().LrOf(17));
    }

    private static void Apply(FederatedTask task, FederationModel model, int round, params (float[] Values, int Cohort, int Samples, int[]? Layers)[] contributions)
    {
        var sum = task.NewAccumulator(model.Cohorts);
        foreach (var (values, cohort, samples, layers) in contributions) sum.Add(Upload(task.Layout, values, samples, layers), cohort, task.Weight(samples));
        model.Apply(round, RoundMean.Of(sum), 8);
    }
}
