using System.Diagnostics;
using Learngene.Vision.Safetensors;

namespace Learngene.Benchmarks.Storage;

/// <summary>A safetensors file of 256 MB, read and written, against the same bytes read and written with nothing in between.</summary>
internal static class Files
{
    private const int Tensors = 64, Elements = 1 << 20, Times = 15;

    internal static void Measure(string directory)
    {
        var path = Path.Combine(directory, "bench.safetensors");
        var values = Enumerable.Range(0, Elements).Select(i => MathF.Sin(i)).ToArray();
        var bytes = new byte[Elements * sizeof(float)];
        Console.WriteLine("| file | write | plain write | ratio | read | plain read | ratio |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var type in (TensorType[])[TensorType.F32, TensorType.BF16, TensorType.F16])
        {
            var stored = bytes.AsMemory(0, Elements * type.Size());
            var size = (long)Tensors * stored.Length;
            var (write, plainWrite) = Best(size, () => Write(path, type, values), () => WritePlain(path + ".plain", stored.Span));
            var (read, plainRead) = Best(size, () => Read(path, values), () => ReadPlain(path, stored.Span));
            Console.WriteLine($"| {type.Name()}, {size >> 20} MiB | {write:N2} GB/s | {plainWrite:N2} GB/s | {write / plainWrite:P0} | {read:N2} GB/s | {plainRead:N2} GB/s | {read / plainRead:P0} |");
        }

        File.Delete(path);
        File.Delete(path + ".plain");
    }

    private static (double Ours, double Plain) Best(long bytes, Action ours, Action plain)
    {
        var best = (Ours: 0d, Plain: 0d);
        for (var i = 0; i < Times; i++)
            best = (Math.Max(best.Ours, Speed(bytes, ours)), Math.Max(best.Plain, Speed(bytes, plain)));
        return best;
    }

    private static double Speed(long bytes, Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return bytes / watch.Elapsed.TotalSeconds / 1e9;
    }

    private static void Write(string path, TensorType type, float[] values)
    {
        var plan = Enumerable.Range(0, Tensors).Select(i => new TensorPlan($"t.{i}", [Elements], type)).ToArray();
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), plan);
        for (var i = 0; i < Tensors; i++)
            writer.Write(values);
        writer.Complete();
    }

    private static void WritePlain(string path, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var i = 0; i < Tensors; i++)
            stream.Write(bytes);
    }

    private static void Read(string path, float[] values)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var tensor in file.Tensors.Values)
            file.ReadSingles(tensor, values);
    }

    private static void ReadPlain(string path, Span<byte> bytes)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        while (stream.Read(bytes) > 0)
        {
        }
    }
}
