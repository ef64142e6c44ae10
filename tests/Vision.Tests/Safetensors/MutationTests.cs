using System.Buffers.Binary;
using System.Text;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Tests.Safetensors;

public sealed class MutationTests
{
    private const int Mutations = 20_000;
    private static readonly string[] Numbers = ["-1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e308", "0.5", "4611686018427387904"];

    private static readonly string[] Headers =
    [
        """{"__metadata__":{"format":"pt","learngene.kind":"vit"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a.bias":{"dtype":"F16","shape":[3],"data_offsets":[24,30]}}  """,
        """{"b":{"data_offsets":[8,8],"shape":[0],"dtype":"BF16"},"\u0061":{"shape":[],"data_offsets":[0,8],"dtype":"I64"},"é":{"dtype":"BOOL","shape":[2,1],"data_offsets":[8,10]}}""",
    ];

    [Fact(Timeout = 120_000)]
    public async Task Twenty_thousand_damaged_headers_are_read_or_refused_cheaply()
    {
        await Task.Yield(); // so that the timeout can cut in
        var random = new Random(1);
        using var test = new TestFile();
        int refused = 0, read = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var text = Headers[random.Next(Headers.Length)];
            var bytes = Mutate(Encoding.UTF8.GetBytes(text), data: text[2] == '_' ? 30 : 10, random);
            File.WriteAllBytes(test.Path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = SafetensorsFile.Open(test.Path);
                foreach (var entry in file.Tensors.Values)
                    file.Read(entry, new byte[entry.Length]);
                read++;
            }
            catch (SafetensorsException e)
            {
                Assert.True(e.Message.Length < 2_000, e.Message);
                refused++;
            }

            // The constant is the file handle and an exception with its stack trace.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 40_000 + (30 * bytes.Length), $"mutation {i}: {allocated} bytes for a file of {bytes.Length}");
        }

        Assert.Equal(Mutations, refused + read);
        Assert.True(refused > Mutations / 2 && read > 100, $"{refused} refused, {read} read: the mutations are too weak or too strong");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_header_of_a_hundred_thousand_tensors_costs_a_small_multiple_of_its_length()
    {
        await Task.Yield();
        var header = new StringBuilder("{");
        for (var i = 0; i < 100_000; i++)
            header.Append($"{(i > 0 ? "," : "")}\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        using var test = TestFile.Of(header.Append('}').ToString(), 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = SafetensorsFile.Open(test.Path);
        Assert.Equal(100_000, file.Tensors.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12L * header.Length);
    }

    private static byte[] Mutate(byte[] original, int data, Random random)
    {
        var header = original.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(header.Count);
            switch (random.Next(7))
            {
                case 0:
                    header[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    header.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    header.RemoveRange(at, Math.Min(random.Next(1, 9), header.Count - at));
                    header.Add((byte)' ');
                    break;
                case 3: // a number becomes another
                    while (at < header.Count && header[at] is < (byte)'0' or > (byte)'9')
                        at++;
                    if (at < header.Count)
                        header.RemoveAt(at);
                    header.InsertRange(at, Encoding.ASCII.GetBytes(Numbers[random.Next(Numbers.Length)]));
                    break;
                case 4: // a piece, often with its key, comes twice
                    header.InsertRange(at, header.GetRange(at, Math.Min(random.Next(1, 80), header.Count - at)));
                    break;
                case 5:
                    header.InsertRange(1, Encoding.UTF8.GetBytes("\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"));
                    break;
                case 6: // white space: stays valid
                    header.Add((byte)' ');
                    break;
            }
        }

        var bytes = TestFile.Bytes([.. header], new byte[data]);
        if (random.Next(10) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(bytes, random.Next(2) == 0 ? random.NextInt64() : header.Count + random.Next(-9, 9));
        return bytes;
    }
}
