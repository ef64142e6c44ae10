using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Sdk.Experiments;

/// <summary>
/// The settings that jobs have, so that a slip in an experiment is refused before hours of work rather than after; docs/options.md says what
/// they mean. The silo has the last word on their values.
/// </summary>
public static class SettingKeys
{
    private static readonly string[] s_training =
    [
        "epochs", "batch", "lr", "minLr", "warmupEpochs", "warmupLr", "weightDecay", "beta1", "beta2", "epsilon", "clip", "dropPath", "labelSmoothing",
        "distillationAlpha", "distillationMean", "temperature", "featureWeight", "seed", "precision", "flip", "cropPadding", "randomErasing", "mixup", "cutmix",
        "randAugmentOps", "randAugmentMagnitude", "colorJitter", "images", "evaluateEvery", "testImages", "workers", "localSteps", "outerLr", "outerMomentum",
    ];

    /// <summary>The keys of a job's settings.</summary>
    public static IReadOnlyList<string> Of(JobKind kind) => kind switch
    {
        JobKind.Train => [.. s_training, "width", "depth", "patch", "heads", "pool"],
        JobKind.LearnLets => [.. s_training, "learngeneWidth", "learngeneDepth", "width", "depth", "heads", "patch", "stage1", "sampling", "minDepth", "minWidth", "rank", "measureSizes"],
        JobKind.LearnDecomposition => [.. s_training, "width", "depth", "heads", "patch", "components", "basis", "nodes", "orderOffset", "training", "sampling", "minDepth", "componentWidth", "minWidth", "measureSizes"],
        JobKind.Decompose => [.. s_training, "components", "basis", "nodes", "orderOffset", "align", "force", "measureSizes"],
        JobKind.LearnBaseline => [.. s_training, "baseline", "width", "depth", "heads", "patch", "templates", "block"],
        JobKind.Initialise => [.. s_training, "baseline", "width", "depth", "heads", "steps"],
        JobKind.Finetune => [.. s_training, "head", "depth", "components", "only", "steps"],
        JobKind.Evaluate => ["testImages", "precision", "sizes"],
        JobKind.Descend => ["width", "depth", "components", "rows", "select", "seed", "smallest", "l1", "type"],
        _ => [],
    };

    /// <summary>Refuses an experiment that gives a job a setting that it has not.</summary>
    /// <exception cref="ExperimentException">It says where, which key, and the nearest known one.</exception>
    internal static void Check(Experiment e)
    {
        var once = e with { Seeds = [e.Seeds[0]] };
        foreach (var (method, i) in e.Methods.Select((m, i) => (m, i)))
            foreach (var step in new ExperimentPlan(once with { Methods = [method] }, name => name).Cells.SelectMany(c => c.Last.Chain()))
            {
                var known = Of(step.Kind);
                foreach (var (key, _) in step.Settings)
                    if (!known.Contains(key))
                        throw new ExperimentException($"{Place(e, method, i, key)} has no key '{key}' for a {Words(step.Kind)} job; did you mean '{Spelling.Nearest(key, known)}'?");
            }
    }

    private static string Place(Experiment e, Method method, int i, string key)
    {
        (string Name, JsonObject Settings)[] places =
            [("settings", e.Settings), ("tune", e.Tune), ("ancestry.settings", e.Ancestry.Settings), ($"methods[{i}].settings", method.Settings), ($"methods[{i}].tune", method.Tune)];
        return places.First(p => p.Settings.ContainsKey(key)).Name;
    }

    private static string Words(JobKind kind) => string.Concat($"{kind}".Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
