using System.Runtime.InteropServices;
using Learngene.Vision.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Files;

/// <summary>Tensors to and from safetensors, without a copy in between.</summary>
internal static class TensorIO
{
    private const long Chunk = 1 << 28; // values in one span

    /// <summary>A float32 tensor on the CPU with the values of a file's tensor.</summary>
    public static Tensor Read(SafetensorsFile file, TensorEntry entry, bool allowNonFinite = false)
    {
        var tensor = empty(entry.Shape.ToArray(), dtype: ScalarType.Float32);
        if (entry.Elements <= Chunk) file.ReadSingles(entry, Values(tensor), allowNonFinite);
        else
        {
            using var flat = tensor.view(-1);
            for (long first = 0; first < entry.Elements; first += Chunk)
            {
                using var part = flat.narrow(0, first, Math.Min(Chunk, entry.Elements - first));
                file.ReadSingles(entry, first, Values(part), allowNonFinite);
            }
        }
        return tensor;
    }

    /// <summary>Writes the next tensor of the writer's plan.</summary>
    public static void Write(SafetensorsWriter writer, Tensor tensor)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var flat = tensor.detach().to(ScalarType.Float32).cpu().contiguous().view(-1);
        for (long first = 0; first < flat.numel(); first += Chunk)
            writer.Write(Values(flat.narrow(0, first, Math.Min(Chunk, flat.numel() - first))));
    }

    private static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
