using Learngene.Grains.Compute.Devices;
using TorchSharp;

namespace Learngene.Grains.Compute;

/// <summary>
/// The lanes of this silo: one for each of its devices, one for reading data sets beside them, and slots of one thread each for hosted
/// clients, since several small trainings side by side do more than one on all cores (FACTS 3).
/// </summary>
internal sealed class ComputeLanes : IDisposable
{
    public ComputeLanes(LearngeneOptions options)
    {
        Devices = [.. FoundDevice.All(options).Select(found => new ComputeDevice(found))];
        Reading = new("reading", 1);
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        int slots = options.HostedSlots > 0 ? options.HostedSlots : threads;
        Slots = [.. Enumerable.Range(0, slots).Select(i => new ComputeLane($"slot {i}", 1, torch.set_num_threads))];
    }

    /// <summary>The devices of this silo, one at least.</summary>
    public IReadOnlyList<ComputeDevice> Devices { get; }
    public ComputeLane Reading { get; }
    public IReadOnlyList<ComputeLane> Slots { get; }

    /// <summary>The device of that name; the one with the least to do where none is named.</summary>
    public ComputeDevice Device(string? name) =>
        name is null ? Devices.MinBy(d => d.Lane.Queued + d.Lane.Running.Count)! : Devices.First(d => d.Found.Name == name);

    /// <summary>The slot with the least to do.</summary>
    public ComputeLane FreeSlot => Slots.MinBy(s => s.Queued + s.Running.Count)!;

    public void Dispose()
    {
        foreach (var device in Devices) device.Dispose();
        Reading.Dispose();
        foreach (var slot in Slots) slot.Dispose();
    }
}
