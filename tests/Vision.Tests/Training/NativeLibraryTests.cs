using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

public sealed class NativeLibraryTests
{
    // What build/WeakenGlibcxx.targets is for: without it this fails where libstdc++ is older than GCC 13's.
    [Fact]
    public void The_cpu_library_loads_on_this_system_whatever_its_libstdcxx()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(10, (ones(2, 5) * 1).sum().item<float>());
    }
}
