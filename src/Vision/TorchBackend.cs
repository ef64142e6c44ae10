using System.Reflection;

namespace Learngene.Vision;

/// <summary>Which native library this build brings, without loading it.</summary>
public static class TorchBackend
{
    /// <summary>Whether it can use GPUs (built with <c>-p:TorchBackend=cuda</c>); whether there are any is another question.</summary>
    public static bool HasCuda { get; } =
        typeof(TorchBackend).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "TorchBackend", Value: "cuda" });
}
