using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Learngene.Vision;

/// <summary>
/// libtorch's OpenMP threads spin for milliseconds at each barrier while they wait for one another. Where anything else wants a core, the one
/// waited for is the one that does not run, and a training is ten times slower (docs/results/training-speed.md). A short spin bridges what
/// differs between threads that have a core each. OpenMP reads the variable when libtorch is loaded, so it is set before this assembly does
/// anything; a value that the user has set stays.
/// </summary>
internal static partial class OpenMp
{
    private const string Variable = "GOMP_SPINCOUNT", BriefSpin = "1000";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before libtorch is loaded, whoever loads it.")]
    internal static void SpinBriefly()
    {
        // .NET's own SetEnvironmentVariable does not reach native code on Unix.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) SetDefault(Variable, BriefSpin);
    }

    /// <summary>Sets a variable for native code, unless the user has; before libtorch is loaded, or it is not seen.</summary>
    internal static void SetDefault(string name, string value) => _ = SetEnvironment(name, value, overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
