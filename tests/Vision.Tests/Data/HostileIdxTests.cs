using Learngene.Vision.Data;
using Xunit.Abstractions;

namespace Learngene.Vision.Tests.Data;

/// <summary>Files that lie, by the thousand: a clear refusal or a sound data set, never more memory than the files justify.</summary>
public sealed class HostileIdxTests(ITestOutputHelper output)
{
    private const int Each = 5_000;
    private const int FixedCost = 256 * 1024; // file and inflater buffers, a first 64 KiB, exceptions

    private enum Kind { Plain, GzipOfMutated, MutatedGzip }

    [Fact]
    public Task Ten_thousand_mutated_plain_files_do_no_harm() => Within.Minutes(5, () => Attack(Kind.Plain, 2 * Each));

    [Fact]
    public Task Five_thousand_compressed_mutated_files_do_no_harm() => Within.Minutes(5, () => Attack(Kind.GzipOfMutated, Each));

    [Fact]
    public Task Five_thousand_mutated_compressed_files_do_no_harm() => Within.Minutes(5, () => Attack(Kind.MutatedGzip, Each));

    [Fact]
    public Task A_bomb_is_read_no_further_than_its_header_declares() => Within.OneMinute(() =>
    {
        using var folder = new TempFolder();
        var files = Samples.Idx();
        files[0] = [.. files[0], .. new byte[50_000_000]];
        Samples.WriteIdx(folder, files, gzip: true);
        Assert.InRange(Allocated(folder, out var error), 0, FixedCost);
        Assert.Contains("more follows", error);
    });

    [Theory]
    [InlineData(2_000_000, "more than", 0)]
    [InlineData(90_000, "ends after", 4 * 5_000_000)]
    public Task Memory_is_given_as_bytes_arrive_not_as_declared(int declaredImages, string message, long justified) => Within.OneMinute(() =>
    {
        using var folder = new TempFolder();
        var files = Samples.Idx();
        files[0] = [.. Samples.IdxImages([], declaredImages, 10, 10), .. new byte[5_000_000], .. Samples.Bytes(3, 20_000)];
        files[1] = Samples.IdxLabels(Samples.Labels(declaredImages, 10));
        Samples.WriteIdx(folder, files, gzip: true);
        Assert.InRange(Allocated(folder, out var error), 0, FixedCost + justified);
        Assert.Contains(message, error);
    });

    private void Attack(Kind kind, int cases)
    {
        using var folder = new TempFolder();
        var gzip = kind != Kind.Plain;
        var files = Samples.Idx();
        Samples.WriteIdx(folder, files, gzip);
        var (random, refused, most) = (new Random(20_25 + (int)kind), 0, 0L);
        for (var i = 0; i < cases; i++)
        {
            var file = random.Next(files.Length);
            var path = folder[Samples.IdxNames[file] + (gzip ? ".gz" : "")];
            var sound = File.ReadAllBytes(path);
            Replace(path, kind == Kind.GzipOfMutated ? Samples.Gzip(Mutate(files[file], random)) : Mutate(sound, random));
            most = Math.Max(most, Allocated(folder, out var error));
            refused += error is null ? 0 : 1;
            Replace(path, sound);
        }
        output.WriteLine($"{kind}: {refused} of {cases} refused, at most {most:N0} bytes allocated for one");
        Assert.InRange(most, 1, FixedCost + 8 * files.Sum(file => file.Length));
        Assert.InRange(refused, cases / 4, cases - 1);
    }

    // Not overwritten in place: some file systems write a file through to the disk when it is, which here takes minutes.
    private static void Replace(string path, byte[] content)
    {
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }

    /// <summary>Bytes allocated by opening and reading everything; any exception but a DataException fails the test.</summary>
    private static long Allocated(TempFolder folder, out string? error)
    {
        error = null;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var data = DataSet.Open(folder.Path, format: "idx");
            Assert.All(Enumerable.Range(0, data.Test.Count), i => Assert.InRange(data.Test.Label(i), 0, data.Classes - 1));
        }
        catch (DataException e)
        {
            error = e.Message;
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        byte[] bytes = [.. sound];
        for (var left = random.Next(1, 4); left > 0 && bytes.Length > 0; left--)
            switch (random.Next(6))
            {
                case 0: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[random.Next(Math.Min(16, bytes.Length))] = (byte)random.Next(256); break;
                case 2: Word(bytes, random); break;
                case 3: bytes = bytes[..random.Next(bytes.Length)]; break;
                case 4: bytes = [.. bytes, .. Samples.Bytes(random.Next(), random.Next(1, 40))]; break;
                default: bytes.AsSpan(random.Next(bytes.Length)).Fill((byte)random.Next(256)); break;
            }
        return bytes;
    }

    private static void Word(byte[] bytes, Random random)
    {
        int[] tempting = [0, 1, -1, int.MaxValue, int.MinValue, 0x803, 0x801, 65_536, 4_096, 19_999_999];
        if (bytes.Length >= 16)
            Samples.Words(tempting[random.Next(tempting.Length)]).CopyTo(bytes, 4 * random.Next(4));
    }
}
