using System.Buffers.Binary;
using System.IO.Hashing;
using Learngene.Vision.Federation;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class PayloadMutationTests
{
    private const int Mutations = 20_000;

    [Fact(Timeout = 120_000)]
    public async Task Twenty_thousand_damaged_payloads_are_read_or_refused_cheaply()
    {
        await Task.Yield();
        var random = new Random(1);
        var task = TaskOf("gene-fl", """ "geneFl": {"selection": "smallest"} """);
        byte[][] originals = [.. Enum.GetValues<PayloadEncoding>().SelectMany(e => (double[])[0, 0.2], (e, topK) => Payload.Write(
            Layout, Header(e, layers: [0, 2, 3, 15], topK: topK) with { Scores = new float[Layout.ModelLayers] }, Values(Layout, 1), 1))];
        var values = new float[Layout.Count];
        int refused = 0, read = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = Mutate(originals[random.Next(originals.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var reader = PayloadReader.Open(bytes, Layout);
                foreach (int l in reader.Header.Layers) reader.Read(l, 0, values.AsSpan(0, Layout.Layers[l].Count));
                if (!double.IsFinite(reader.Norm())) throw new PayloadException("not finite");
                Assert.All(values, v => Assert.True(float.IsFinite(v)));
                var accumulator = task.NewAccumulator(1);
                accumulator.Add(reader, 0, 1);
                read++;
            }
            catch (PayloadException e)
            {
                Assert.InRange(e.Message.Length, 10, 400);
                refused++;
            }
            // The accumulator and the assertion over all values take most of it.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 60_000 + 40L * Layout.Count);
        }
        Assert.Equal(Mutations, refused + read);
        Assert.True(refused > Mutations / 2 && read > 500, $"{refused} refused, {read} read: the mutations are too weak or too strong");
    }

    [Fact]
    public void Every_lie_is_refused_in_a_sentence_with_the_numbers()
    {
        byte[] good = Payload.Write(Layout, Header(PayloadEncoding.Int8), Values(Layout, 1), 1);
        AssertRefused(good[..^1], $"has {good.Length - 1} bytes; 16 layers in int8 make {good.Length}");
        AssertRefused([.. good, 0], $"has {good.Length + 1} bytes");
        AssertRefused(good[..20], "has 20 bytes; even an empty one has");
        AssertRefused(Changed(good, b => b[0]++), "is it a payload of this version");
        AssertRefused(Changed(good, b => b[8]++), "fingerprint");
        AssertRefused(Changed(good, b => b[5] = 9), "encoding 9");
        AssertRefused(Changed(Payload.Write(Layout, Header(layers: [0, 1]), Values(Layout, 1), 1), b => b[33] |= 0x80), "3 layers in f32 make");
        AssertRefused(Changed(good, b => BinaryPrimitives.WriteInt32LittleEndian(b.AsSpan(20), -1)), "-1 samples");
        AssertRefused(Changed(good, b => BinaryPrimitives.WriteSingleLittleEndian(b.AsSpan(24), float.NaN)), "loss NaN");
        AssertRefused(Changed(good, b => BinaryPrimitives.WriteSingleLittleEndian(b.AsSpan(28), 2)), "accuracy 2");
        AssertRefused(Changed(good, b => BinaryPrimitives.WriteHalfLittleEndian(b.AsSpan(36), Half.PositiveInfinity)), "scale 0 of patch_embed");
        AssertRefused(Changed(good, b => BinaryPrimitives.WriteHalfLittleEndian(b.AsSpan(36), (Half)(-1))), "scale 0 of patch_embed is -1");
        byte[] damaged = [.. good];
        damaged[100]++;
        AssertRefused(damaged, "damaged on its way");
        var other = FederatedLayout.Of(Shape with { Depth = 3 }, FederatedMethod.FedAvg);
        Assert.Contains("fingerprint", Assert.Throws<PayloadException>(() => PayloadReader.Open(good, other)).Message);
        byte[] sparse = Payload.Write(Layout, Header(PayloadEncoding.F32, topK: 0.1), Values(Layout, 1), 1);
        AssertRefused(Changed(sparse, b => b[53] = 0xFF), "do not ascend");
    }

    private static void AssertRefused(byte[] bytes, string words) =>
        Assert.Contains(words, Assert.Throws<PayloadException>(() => PayloadReader.Open(bytes, Layout)).Message);

    private static byte[] Changed(byte[] good, Action<byte[]> change)
    {
        byte[] bytes = [.. good];
        change(bytes);
        return Rehashed(bytes);
    }

    private static byte[] Rehashed(byte[] bytes)
    {
        if (bytes.Length >= 8) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)));
        return bytes;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            // The head is short and worth most of the blows.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(120, bytes.Count)) : random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 4:
                    for (int i = at; i < Math.Min(at + 4, bytes.Count); i++) bytes[i] = (byte)(random.Next(2) * 255);
                    break;
                case 5:
                    bytes = [.. original];
                    break;
            }
            if (bytes.Count == 0) break;
        }
        return random.Next(4) > 0 ? Rehashed([.. bytes]) : [.. bytes]; // most of them past the hash, where the other checks must hold
    }
}
