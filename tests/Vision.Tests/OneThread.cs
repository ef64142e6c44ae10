using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace Learngene.Vision.Tests;

/// <summary>
/// Every thread starts with as many libtorch threads as were last asked for anywhere in the process, and sums over many values depend on
/// their number in the last bit: tests that compare bits beside others need it to be the same throughout.
/// </summary>
internal static class OneThread
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A test assembly is its own program.")]
    internal static void Set() => torch.set_num_threads(1);
}
