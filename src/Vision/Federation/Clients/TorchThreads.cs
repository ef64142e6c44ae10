using TorchSharp;

namespace Learngene.Vision.Federation;

/// <summary>How many threads this thread's tensor operations use, until it is disposed of. Sums of products are cut by threads, so last bits follow their number.</summary>
internal readonly ref struct TorchThreads
{
    private readonly int _before;

    public TorchThreads(int threads)
    {
        _before = torch.get_num_threads();
        if (threads != _before) torch.set_num_threads(threads);
    }

    public void Dispose()
    {
        if (torch.get_num_threads() != _before) torch.set_num_threads(_before);
    }
}
