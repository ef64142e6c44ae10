using System.Buffers.Binary;
using System.Text;

namespace Learngene.Vision.Tests.Safetensors;

/// <summary>A file in a directory of its own that goes away with it.</summary>
internal sealed class TestFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("safetensors-");

    internal string Path => System.IO.Path.Combine(_directory.FullName, "model.safetensors");

    /// <summary>A file of this header, as text, and this much data.</summary>
    internal static TestFile Of(string header, int dataBytes) => Of(Bytes(Encoding.UTF8.GetBytes(header), new byte[dataBytes]));

    internal static TestFile Of(byte[] bytes)
    {
        var file = new TestFile();
        File.WriteAllBytes(file.Path, bytes);
        return file;
    }

    internal static byte[] Bytes(byte[] header, byte[] data)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. data];
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
