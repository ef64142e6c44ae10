using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace Learngene.Vision.Tests;

/// <summary>
/// Sums over many values depend on the number of libtorch's threads in the last bit: tests that compare bits beside others need it to be the same
/// throughout. A thread that is new multiplies with as many as OpenMP begins with, until an operation large enough asks how many were last set anywhere
/// in the process: so both are one. In a silo this is the lanes' affair, which say how many they have before they do anything.
/// </summary>
internal static class OneThread
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A test assembly is its own program.")]
    internal static void Set()
    {
        OpenMp.SetDefault("OMP_NUM_THREADS", "1");
        torch.set_num_threads(1);
    }
}
