using System.Runtime.InteropServices;
using Learngene.Vision.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>Batches of pixels to tensors.</summary>
internal static class Images
{
    /// <summary>The pixels of a batch as a tensor (B, C, H, W).</summary>
    public static Tensor ToTensor(Batch batch, Device device)
    {
        var (channels, height, width) = batch.Geometry;
        var images = empty(batch.Count, channels, height, width, dtype: ScalarType.Float32);
        batch.Pixels.CopyTo(MemoryMarshal.Cast<byte, float>(images.bytes));
        if (device.type != DeviceType.CUDA) return images.to(device);
        using var pinned = images.pin_memory();
        images.Dispose();
        return pinned.to(device, non_blocking: true); // libtorch keeps pinned memory until the copy is over
    }
}
