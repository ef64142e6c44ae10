using TorchSharp;

namespace Learngene.Grains.Compute;

/// <summary>The lanes of this silo: one for its device, one for reading data sets beside it.</summary>
internal sealed class ComputeLanes : IDisposable
{
    public ComputeLanes(LearngeneOptions options)
    {
        TorchDevice = torch.cuda.is_available() ? torch.CUDA : torch.CPU;
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        Device = new(TorchDevice.type == DeviceType.CUDA ? "cuda:0" : "cpu", threads, torch.set_num_threads);
        Reading = new("reading", 1);
    }

    public torch.Device TorchDevice { get; }
    public ComputeLane Device { get; }
    public ComputeLane Reading { get; }

    public void Dispose()
    {
        Device.Dispose();
        Reading.Dispose();
    }
}
