using System.Text.Json;
using Learngene.Scheduling;
using Learngene.Vision;

namespace Learngene.Grains.Compute.Devices;

/// <summary>A device of a silo's machine.</summary>
/// <param name="Name"><c>cpu</c>, or <c>cuda:0</c> and so on.</param><param name="Kind">CPU or GPU.</param>
/// <param name="Memory">Bytes that work on it may use.</param><param name="Threads">Threads of a CPU, or 0.</param>
internal sealed record FoundDevice(string Name, DeviceKind Kind, long Memory, int Threads)
{
    /// <summary>What is there: the GPUs, where this build can use them and the driver knows some, and otherwise the processor.</summary>
    public static IReadOnlyList<FoundDevice> All(LearngeneOptions options)
    {
        var gpus = TorchBackend.HasCuda ? CudaDriver.Memories() : [];
        if (gpus.Count > 0) return [.. gpus.Select((memory, i) => new FoundDevice($"cuda:{i}", DeviceKind.Gpu, Allowed(memory), 0))];
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        return [new("cpu", DeviceKind.Cpu, Allowed(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), threads)];

        long Allowed(long there) => options.DeviceMemory > 0 ? Math.Min(options.DeviceMemory, there) : there;
    }

    /// <summary>As other silos read it.</summary>
    public static string Write(IReadOnlyList<FoundDevice> devices) => JsonSerializer.Serialize(devices, Json.Strict);

    /// <summary>What another silo has announced.</summary>
    public static IReadOnlyList<FoundDevice> Read(string announced) => JsonSerializer.Deserialize<List<FoundDevice>>(announced, Json.Strict) ?? [];

    /// <summary>Such as <c>2 threads, 16.0 GB</c>.</summary>
    public override string ToString() => Threads > 0 ? $"{Name} ({Threads} threads, {Sizes.Text(Memory)})" : $"{Name} ({Sizes.Text(Memory)})";
}
