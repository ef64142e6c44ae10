using System.Runtime.InteropServices;

namespace Learngene.Grains.Compute.Devices;

/// <summary>
/// What NVIDIA's driver says about the GPUs that this process may see (CUDA_VISIBLE_DEVICES), in the order in which libtorch numbers them.
/// Asked directly: it costs no library of half a gigabyte, and libtorch's binding does not tell how much memory there is.
/// </summary>
internal static partial class CudaDriver
{
    private const string Library = "libcuda.so.1";
    private const int Success = 0;

    /// <summary>Bytes of each GPU; empty where there is no driver, or no GPU.</summary>
    public static IReadOnlyList<long> Memories()
    {
        try
        {
            if (Init(0) != Success || GetCount(out int count) != Success) return [];
            var memories = new List<long>();
            for (int i = 0; i < count; i++)
            {
                if (GetDevice(out int device, i) != Success || GetMemory(out nuint bytes, device) != Success) return memories;
                memories.Add((long)bytes);
            }
            return memories;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return [];
        }
    }

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Init(uint flags);
    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    private static partial int GetCount(out int count);
    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int ordinal);
    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int GetMemory(out nuint bytes, int device);
}
