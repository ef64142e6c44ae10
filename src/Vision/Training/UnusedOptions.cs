using System.Text.Json.Serialization.Metadata;

namespace Learngene.Vision.Training;

/// <summary>
/// Options that came later are written down only where they are used, those of several workers where there are several: whatever is trained
/// without them stays the same file, settings and all, that it was before there were any.
/// </summary>
internal static class UnusedOptions
{
    private static readonly string[] s_parallel = ["workers", "localSteps", "outerLr", "outerMomentum"];

    public static void LeaveOut(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(TrainingOptions))) return;
        foreach (var property in type.Properties.Where(p => s_parallel.Contains(p.Name)))
            property.ShouldSerialize = (options, _) => ((TrainingOptions)options).Workers > 1;
        foreach (var property in type.Properties.Where(p => p.Name == "featureWeight"))
            property.ShouldSerialize = (_, weight) => weight is not 0.0;
    }
}
