using TorchSharp;

namespace Learngene.Grains.Compute.Devices;

/// <summary>A device of this silo and its lane: one piece of work on it at a time.</summary>
internal sealed class ComputeDevice(FoundDevice found) : IDisposable
{
    /// <summary>What it is.</summary>
    public FoundDevice Found => found;
    /// <summary>The thread that works with it.</summary>
    public ComputeLane Lane { get; } = new(found.Name, Math.Max(1, found.Threads), torch.set_num_threads);
    /// <summary>Where tensors are; to be asked for on its lane, by those who have some.</summary>
    public Lazy<torch.Device> Torch { get; } = new(() => torch.device(found.Name));

    public void Dispose() => Lane.Dispose();
}
