using System.Runtime.InteropServices;
using Learngene.Vision.Safetensors;

namespace Learngene.Benchmarks;

/// <summary>
/// A file of 400 MB, tensors of DeiT-B's sizes, against the same bytes plainly read and written: into and out of the same memory, with
/// the same system calls, without a header, names or the check that every value is finite. From and to the page cache.
/// </summary>
internal static class SafetensorsBenchmark
{
    private const int Layers = 14, Width = 768, Times = 15, PlainChunk = 1 << 20;

    public static Task RunAsync()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("learngene-bench-").FullName, "bench.safetensors");
        TensorPlan[] plan = [.. Enumerable.Range(0, Layers).SelectMany(l => (TensorPlan[])[
            new($"{l}.qkv", [3 * Width, Width], TensorType.F32), new($"{l}.proj", [Width, Width], TensorType.F32),
            new($"{l}.fc1", [4 * Width, Width], TensorType.F32), new($"{l}.fc2", [Width, 4 * Width], TensorType.F32), new($"{l}.bias", [Width], TensorType.F32)])];
        int[] lengths = [.. plan.Select(p => (int)p.Shape.Aggregate(1L, (a, b) => a * b))];
        float[] values = [.. Enumerable.Range(0, lengths.Sum()).Select(i => MathF.Sin(i))];
        double gigabytes = values.Length * 4 / 1e9;
        Write(path, plan, lengths, values);
        var seconds = Report.Interleaved(Times, () => Read(path, values), () => ReadPlain(path, values),
            () => Write(path + ".ours", plan, lengths, values), () => WritePlain(path + ".plain", values));
        string[] names = ["read", "plain read", "write", "plain write"];
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"{names[i],-12} {Report.Spread([.. seconds[i].Select(s => gigabytes / s)], "F2")} GB/s");
        Report.Line("safetensors.read", 100 * Report.Median(Report.Ratios(seconds[1], seconds[0])), "% of plain", ">= 70", "F0");
        Report.Line("safetensors.write", 100 * Report.Median(Report.Ratios(seconds[3], seconds[2])), "% of plain", ">= 70", "F0");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return Task.CompletedTask;
    }

    private static void Write(string path, TensorPlan[] plan, int[] lengths, float[] values)
    {
        using var stream = Create(path);
        using var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), plan);
        int done = 0;
        foreach (int length in lengths)
        {
            writer.Write(values.AsSpan(done, length));
            done += length;
        }
        writer.Complete();
    }

    private static void Read(string path, float[] values)
    {
        using var file = SafetensorsFile.Open(path);
        int done = 0;
        foreach (var tensor in file.Tensors.Values)
        {
            file.ReadSingles(tensor, values.AsSpan(done, (int)tensor.Elements));
            done += (int)tensor.Elements;
        }
    }

    private static void WritePlain(string path, float[] values)
    {
        using var stream = Create(path);
        stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static void ReadPlain(string path, float[] values)
    {
        using var file = File.OpenHandle(path);
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(file, bytes.Slice(done, Math.Min(PlainChunk, bytes.Length - done)), done);
            if (read == 0) break;
            done += read;
        }
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
}
