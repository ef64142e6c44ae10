using Learngene.Cluster.Tests.Servers;
using Learngene.Grains.Tests.Durability;
using Learngene.Grains.Tests.Weights.S3;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>Silos that keep weights in a bucket, and what they read from it on a disk of their own, which is small.</summary>
/// <param name="server">Has the bucket.</param>
internal sealed class Bucket(S3Server server) : Surroundings
{
    private const int Megabytes = 32;
    private readonly List<string> _disks = [];

    /// <summary>The bucket's server.</summary>
    public S3Server Server => server;

    public override string[] Arguments(string directory)
    {
        Directory.CreateDirectory(directory);
        if (SmallDiskFactAttribute.Mount(directory, Megabytes))
            lock (_disks) _disks.Add(directory);
        return [.. base.Arguments(directory), .. server.Arguments("cluster")];
    }

    /// <summary>Fills the disk under a directory to the last byte; the file that does it.</summary>
    public static string Fill(string directory)
    {
        string filler = Path.Combine(directory, "filler");
        using var file = new FileStream(filler, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (byte[] piece = new byte[64 * 1024]; ;) file.Write(piece);
        }
        catch (IOException)
        {
            return filler; // full
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (string disk in _disks) SmallDiskFactAttribute.Run("umount", disk);
        await server.DisposeAsync();
    }
}
