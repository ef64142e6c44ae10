using System.Security.Cryptography;
using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class StillTime : TimeProvider
{
    // Before the file system's own clock, which dates a temporary file for the moment until the store does: there it must look young, as it would in use.
    internal DateTimeOffset Now { get; set; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A store in a directory of its own.</summary>
internal sealed class WeightFixture : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weights-");

    internal WeightFixture() => Store = Reopened();

    internal StillTime Time { get; } = new();

    internal IWeightStore Store { get; }

    internal string Root => _directory.FullName;

    internal static byte[] Content(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static WeightRef Name(byte[] content) => new(Convert.ToHexStringLower(SHA256.HashData(content)), content.Length);

    /// <summary>The same directory as another process sees it, which has verified nothing yet.</summary>
    internal IWeightStore Reopened() => new DirectoryWeightStore(Root, Time);

    internal string PathOf(WeightRef reference) => Path.Combine(Root, reference.Sha256[..2], reference.Sha256 + ".safetensors");

    internal string[] Incoming() => Directory.GetFiles(Path.Combine(Root, "incoming"));

    internal byte[] Read(WeightRef reference, IWeightStore? store = null)
    {
        using var file = (store ?? Store).Open(reference);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
