using System.Text.Json.Serialization.Metadata;

namespace Learngene.Vision.Training;

/// <summary>
/// Options of several workers are written down only where there are several: whatever one worker trains stays the same file, settings and all,
/// that it was before there could be more.
/// </summary>
internal static class UnusedOptions
{
    private static readonly string[] s_parallel = ["workers", "localSteps", "outerLr", "outerMomentum"];

    public static void LeaveOut(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(TrainingOptions))) return;
        foreach (var property in type.Properties.Where(p => s_parallel.Contains(p.Name)))
            property.ShouldSerialize = (options, _) => ((TrainingOptions)options).Workers > 1;
    }
}
