using Learngene.Vision;
using TorchSharp;

namespace Learngene.Grains.Compute;

/// <summary>
/// The lanes of this silo: one for its device, one for reading data sets beside it, and slots of one thread each for hosted clients,
/// since several small trainings side by side do more than one on all cores (FACTS 3).
/// </summary>
internal sealed class ComputeLanes : IDisposable
{
    // A build for CPUs need not ask: the answer costs 60 MB of libraries, which a silo that only aggregates never loads.
    private static readonly bool s_cuda = TorchBackend.HasCuda && torch.cuda.is_available();

    public ComputeLanes(LearngeneOptions options)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        Device = new(s_cuda ? "cuda:0" : "cpu", threads, torch.set_num_threads);
        Reading = new("reading", 1);
        int slots = options.HostedSlots > 0 ? options.HostedSlots : threads;
        Slots = [.. Enumerable.Range(0, slots).Select(i => new ComputeLane($"slot {i}", 1, torch.set_num_threads))];
    }

    /// <summary>Where tensors are; to be asked for by those who have some.</summary>
    public Lazy<torch.Device> TorchDevice { get; } = new(() => s_cuda ? torch.CUDA : torch.CPU);
    public ComputeLane Device { get; }
    public ComputeLane Reading { get; }
    public IReadOnlyList<ComputeLane> Slots { get; }

    /// <summary>The slot with the least to do.</summary>
    public ComputeLane FreeSlot => Slots.MinBy(s => s.Queued + s.Running.Count)!;

    public void Dispose()
    {
        Device.Dispose();
        Reading.Dispose();
        foreach (var slot in Slots) slot.Dispose();
    }
}
