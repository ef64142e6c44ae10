namespace Learngene.Sdk.Experiments;

/// <summary>The kinds of methods that can be compared.</summary>
public static class MethodKinds
{
    /// <summary>Every kind.</summary>
    public static readonly IReadOnlyList<string> All =
        ["scratch", "distillation", "lets", "decomposition", "decompose", "tleg", "sws", "wave", "ligo", "weight-selection", "stacking", "copying", "front"];

    /// <summary>Whether a model of this kind starts from random weights.</summary>
    public static bool FromRandom(string kind) => kind is "scratch" or "distillation";

    /// <summary>Whether the width is the learngene's own, so that each width is learnt apart: not of components that are widened.</summary>
    public static bool OneWidth(Experiment experiment, Method method) => method.Kind is "decompose" or "tleg" or "sws" or "wave" or "stacking" or "copying"
        || (method.Kind == "decomposition" && (method.Settings["componentWidth"] ?? experiment.Settings["componentWidth"]) is null);

    /// <summary>Whether a number of components is chosen beside the size.</summary>
    public static bool HasComponents(string kind) => kind is "decomposition" or "decompose";
}
