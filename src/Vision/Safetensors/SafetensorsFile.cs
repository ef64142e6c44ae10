using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Learngene.Vision.Safetensors;

/// <summary>An open safetensors file. Only its header is held in memory; reading may be done by several threads at once.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20; // what a read brought in is still in the cache when it is converted
    private readonly FileStream _file;
    private readonly string _name;

    private SafetensorsFile(FileStream file, string name, SafetensorsLimits limits)
    {
        _file = file;
        _name = name;
        try
        {
            (Metadata, Tensors) = ReadHeader(limits);
        }
        catch (SafetensorsException e)
        {
            throw new SafetensorsException($"{name}: {e.Message}.", e.InnerException);
        }
    }

    /// <summary>The file's <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Every tensor by name, in the order of the header.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>One tensor.</summary>
    /// <param name="name">Its key.</param>
    /// <exception cref="SafetensorsException">There is none of that name; the message has the nearest ones.</exception>
    public TensorEntry this[string name] => Tensors.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException($"{_name}: there is no tensor '{SafetensorsHeader.Short(name)}' among {Tensors.Count}; the nearest are {Nearest(name)}.");

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What is refused outright; null for the defaults.</param>
    /// <returns>The open file, to be disposed of.</returns>
    /// <exception cref="SafetensorsException">The header is not sound.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path, SafetensorsLimits? limits = null) =>
        Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0), Path.GetFileName(path), limits);

    /// <summary>The same for a file that is already open; it is disposed of with the result, and at once if it is refused.</summary>
    /// <param name="file">The file, readable; its position does not matter and is not moved.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="limits">What is refused outright; null for the defaults.</param>
    /// <returns>The open file, to be disposed of.</returns>
    /// <exception cref="SafetensorsException">The header is not sound.</exception>
    public static SafetensorsFile Open(FileStream file, string name, SafetensorsLimits? limits = null)
    {
        try
        {
            return new SafetensorsFile(file, name, limits ?? new SafetensorsLimits());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole tensor as it is stored.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="destination">As long as the tensor, in bytes.</param>
    /// <exception cref="SafetensorsException">The lengths differ, or the file was cut short meanwhile.</exception>
    public void Read(TensorEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.Length)
            throw new SafetensorsException($"{_name}: tensor '{entry.Name}' has {entry.Length} bytes, room was given for {destination.Length}.");
        Read(entry, 0, destination);
    }

    /// <summary>Reads a part of a tensor as it is stored; for tensors longer than a span can be.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="start">First byte wanted, from the tensor's start.</param>
    /// <param name="destination">Filled entirely.</param>
    /// <exception cref="SafetensorsException">The part is not inside the tensor, or the file was cut short meanwhile.</exception>
    public void Read(TensorEntry entry, long start, Span<byte> destination)
    {
        if (start < 0 || start > entry.Length - destination.Length)
            throw new SafetensorsException($"{_name}: tensor '{entry.Name}' has {entry.Length} bytes, {destination.Length} from byte {start} on were asked for.");
        ReadFully(entry.Offset + start, destination, entry.Name);
    }

    /// <summary>Reads a whole floating-point tensor as single precision.</summary>
    /// <param name="entry">A tensor of this file, of type F32, F16, BF16 or F64 (rounded).</param>
    /// <param name="destination">As long as the tensor, in elements.</param>
    /// <param name="allowNonFinite">Whether NaN and infinity are let through; default no.</param>
    /// <exception cref="SafetensorsException">The lengths differ, the type is another, or an element is not finite (the message has its index).</exception>
    public void ReadSingles(TensorEntry entry, Span<float> destination, bool allowNonFinite = false)
    {
        if (destination.Length != entry.Elements)
            throw new SafetensorsException($"{_name}: tensor '{entry.Name}' has {entry.Elements} elements, room was given for {destination.Length}.");
        ReadSingles(entry, 0, destination, allowNonFinite);
    }

    /// <summary>Reads a part of a floating-point tensor as single precision; for tensors longer than a span can be.</summary>
    /// <param name="entry">A tensor of this file, of type F32, F16, BF16 or F64 (rounded).</param>
    /// <param name="first">First element wanted.</param>
    /// <param name="destination">Filled entirely.</param>
    /// <param name="allowNonFinite">Whether NaN and infinity are let through; default no.</param>
    /// <exception cref="SafetensorsException">The part is not inside the tensor, the type is another, or an element is not finite.</exception>
    public void ReadSingles(TensorEntry entry, long first, Span<float> destination, bool allowNonFinite = false)
    {
        if (!Singles.CanHold(entry.Type))
            throw new SafetensorsException($"{_name}: tensor '{entry.Name}' is {entry.Type.Name()}, F32, F16, BF16 or F64 is needed.");
        if (first < 0 || first > entry.Elements - destination.Length)
            throw new SafetensorsException($"{_name}: tensor '{entry.Name}' has {entry.Elements} elements, {destination.Length} from {first} on were asked for.");
        var size = entry.Type.Size();
        var room = ArrayPool<byte>.Shared.Rent(entry.Type == TensorType.F32 ? 0 : (int)Math.Min(ChunkBytes, (long)destination.Length * size));
        for (var done = 0; done < destination.Length;)
        {
            var part = destination.Slice(done, Math.Min(ChunkBytes / size, destination.Length - done));
            var stored = entry.Type == TensorType.F32 ? MemoryMarshal.AsBytes(part) : room.AsSpan(0, part.Length * size);
            ReadFully(entry.Offset + ((first + done) * size), stored, entry.Name);
            Singles.Widen(stored, entry.Type, part);
            if (!allowNonFinite && Singles.IndexOfNonFinite(stored, entry.Type, part) is >= 0 and var bad)
                throw new SafetensorsException($"{_name}: tensor '{entry.Name}' has {part[bad]} at element {first + done + bad} of {entry.Elements}, a finite value is needed.");
            done += part.Length;
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private (IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, TensorEntry> Tensors) ReadHeader(SafetensorsLimits limits)
    {
        var fileLength = RandomAccess.GetLength(_file.SafeFileHandle);
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < prefix.Length)
            throw new SafetensorsException($"the file has {fileLength} bytes, the shortest there can be has 10");
        ReadFully(0, prefix, "header length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(fileLength - prefix.Length))
            throw new SafetensorsException($"the header says it has {length} bytes, the file has {fileLength - prefix.Length} after its first 8");
        if (length > (ulong)Math.Min(limits.MaxHeaderBytes, Array.MaxLength))
            throw new SafetensorsException($"the header says it has {length} bytes, the limit is {limits.MaxHeaderBytes}");
        var header = new byte[length];
        ReadFully(prefix.Length, header, "header");
        return SafetensorsHeader.Parse(header, fileLength - prefix.Length - header.Length, limits);
    }

    private void ReadFully(long offset, Span<byte> destination, string what)
    {
        for (var done = 0; done < destination.Length;)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, destination[done..], offset + done);
            if (read == 0)
                throw new SafetensorsException($"{_name}: '{what}' ends at byte {offset + destination.Length}, the file now ends at {offset + done}.");
            done += read;
        }
    }

    private string Nearest(string name)
    {
        var nearest = Tensors.Keys.OrderByDescending(key => Likeness(key, name)).ThenBy(key => key, StringComparer.Ordinal).Take(3);
        return string.Join(", ", nearest.Select(key => $"'{SafetensorsHeader.Short(key)}'").DefaultIfEmpty("none"));
    }

    // Characters shared at both ends: linear, so that a hostile file of long names costs nothing.
    private static double Likeness(string a, string b)
    {
        var most = Math.Min(a.Length, b.Length);
        int head = 0, tail = 0;
        while (head < most && a[head] == b[head])
            head++;
        while (tail < most - head && a[^(tail + 1)] == b[^(tail + 1)])
            tail++;
        return (head + tail) / (double)Math.Max(1, Math.Max(a.Length, b.Length));
    }
}
