using Learngene.Vision.Federation;
using Learngene.Vision.Models;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class PayloadTests
{
    public static TheoryData<PayloadEncoding, double> Encodings => new()
    {
        { PayloadEncoding.F32, 0 }, { PayloadEncoding.F16, 0 }, { PayloadEncoding.Bf16, 0 }, { PayloadEncoding.Int8, 0 }, { PayloadEncoding.Int4, 0 },
        { PayloadEncoding.F32, 0.1 }, { PayloadEncoding.Bf16, 0.01 }, { PayloadEncoding.Int8, 0.3 }, { PayloadEncoding.Int4, 1 },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void What_is_written_is_read_as_long_as_it_says_and_from_any_place(PayloadEncoding encoding, double topK)
    {
        var values = Values(Layout, 3);
        int[] layers = [0, 3, 5, 6, 14, 15];
        foreach (var scores in (float[]?[])[null, [.. Enumerable.Range(0, Layout.ModelLayers).Select(l => l / 7f)]])
        {
            var header = Header(encoding, layers: layers, topK: topK) with { Scores = scores };
            var bytes = Payload.Write(Layout, header, values, 7);
            Assert.Equal(Payload.Length(Layout, header), bytes.Length);
            Assert.Equal(bytes, Payload.Write(Layout, header, values, 7));
            var reader = PayloadReader.Open(bytes, Layout);
            Assert.Equal((header.Round, header.Samples, header.Loss, header.Accuracy), (reader.Header.Round, reader.Header.Samples, reader.Header.Loss, reader.Header.Accuracy));
            Assert.Equal(layers, reader.Header.Layers);
            Assert.Equal(scores, reader.Header.Scores);
            Assert.False(reader.Has(1));
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(1, 0, new float[1]));
            var random = new Random(1);
            double squares = 0;
            foreach (int l in layers)
            {
                var layer = Layout.Layers[l];
                var whole = new float[layer.Count];
                reader.Read(l, 0, whole);
                squares += whole.Sum(v => (double)v * v);
                AssertNear(layer, values.AsSpan(layer.Offset, layer.Count), whole, encoding, topK);
                for (int times = 0; times < 20; times++)
                {
                    int from = random.Next(layer.Count), count = random.Next(layer.Count - from + 1);
                    var part = new float[count];
                    reader.Read(l, from, part);
                    Assert.Equal(whole[from..(from + count)], part);
                }
                Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(l, 1, new float[layer.Count]));
            }
            Assert.Equal(Math.Sqrt(squares), reader.Norm(), 1e-9);
        }
    }

    [Fact]
    public void Eight_bits_hold_a_row_to_half_a_step_of_its_largest_value()
    {
        var values = Values(Layout, 5);
        var read = Read(PayloadReader.Open(Payload.Write(Layout, Header(PayloadEncoding.Int8, PayloadKind.Values), values, 1), Layout), Layout);
        var fc2 = Layout.Layers[7]; // 12 rows of 48: the first six and the last six
        for (int block = 0; block < 2; block++)
        {
            var row = values.AsSpan(fc2.Offset + 288 * block, 288);
            float step = row.ToArray().Max(Math.Abs) / 127;
            for (int i = 0; i < 288; i++) Assert.InRange(Math.Abs(read[fc2.Offset + 288 * block + i] - row[i]), 0, 0.502f * step);
        }
    }

    [Fact]
    public void Stochastic_rounding_is_right_on_average_and_follows_its_seed()
    {
        var values = Values(Layout, 6);
        var header = Header(PayloadEncoding.Int4);
        const int Seeds = 400;
        var mean = new double[Layout.Count];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var read = Read(PayloadReader.Open(Payload.Write(Layout, header, values, (ulong)seed), Layout), Layout);
            for (int i = 0; i < mean.Length; i++) mean[i] += read[i] / Seeds;
        }
        foreach (var layer in Layout.Layers)
        {
            // A step is at most the largest value / 7; its error's deviation at most half a step, and 5 of those over sqrt(400) are allowed.
            double step = values.AsSpan(layer.Offset, layer.Count).ToArray().Max(Math.Abs) / 7, bias = 0;
            for (int i = layer.Offset; i < layer.Offset + layer.Count; i++)
            {
                Assert.InRange(Math.Abs(mean[i] - values[i]), 0, 5 * 0.5 * step / Math.Sqrt(Seeds));
                bias += (mean[i] - values[i]) / layer.Count;
            }
            Assert.InRange(Math.Abs(bias), 0, 4 * 0.5 * step / Math.Sqrt(Seeds * layer.Count));
        }
        Assert.NotEqual(Payload.Write(Layout, header, values, 1), Payload.Write(Layout, header, values, 2));
    }

    [Fact]
    public void Half_the_model_in_four_bits_is_14_times_and_in_eight_8_times_smaller_than_all_of_it_in_floats()
    {
        var shape = new VitShape { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = 32, Depth = 4, Heads = 2 };
        var layout = FederatedLayout.Of(shape, FederatedMethod.FedAvg);
        double all = Payload.Length(layout, Header(layout: layout));
        int[] half = LayerChoiceOf(shape);
        Assert.True(all / Payload.Length(layout, Header(PayloadEncoding.Int4, layers: half)) >= 14);
        Assert.True(all / Payload.Length(layout, Header(PayloadEncoding.Int8, layers: half)) >= 8);
        Assert.InRange(all - 4 * layout.Count, 0, 60);
    }

    [Fact]
    public void Values_that_cannot_travel_are_refused_where_they_are()
    {
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            foreach (var encoding in Enum.GetValues<PayloadEncoding>())
            {
                var values = Values(Layout, 1);
                values[Layout.Layers[6].Offset + 3] = bad;
                var refused = Assert.Throws<PayloadException>(() => Payload.Write(Layout, Header(encoding), values, 1));
                Assert.Contains("value 3 of blocks.0.mlp.fc1", refused.Message);
                Payload.Write(Layout, Header(encoding, layers: [0, 1]), values, 1);
            }
        var large = Values(Layout, 1);
        large[5] = 1e9f;
        foreach (var encoding in (PayloadEncoding[])[PayloadEncoding.F16, PayloadEncoding.Int8, PayloadEncoding.Int4])
            Assert.Contains("too large", Assert.Throws<PayloadException>(() => Payload.Write(Layout, Header(encoding), large, 1)).Message);
    }

    [Fact]
    public void All_zeros_and_tiny_values_travel()
    {
        foreach (var encoding in Enum.GetValues<PayloadEncoding>())
            foreach (float value in (float[])[0, 1e-38f, 3e-9f])
            {
                var values = Enumerable.Repeat(value, Layout.Count).ToArray();
                var read = Read(PayloadReader.Open(Payload.Write(Layout, Header(encoding), values, 1), Layout), Layout);
                Assert.All(read, v => Assert.InRange(v, 0, 1e-7f));
            }
    }

    private static int[] LayerChoiceOf(VitShape shape)
    {
        var settings = FederationSettings.Parse("""{"name": "a/b", "data": "d", "model": {"width": 32, "depth": 4, "patch": 7}}""");
        return [.. FederationModel.Initial(new FederatedTask(settings, shape, Preprocess), 1).Plan(1)!];
    }

    private static void AssertNear(FederatedLayer layer, ReadOnlySpan<float> values, float[] read, PayloadEncoding encoding, double topK)
    {
        float most = values.ToArray().Max(Math.Abs);
        float bound = topK <= 0 ? 0 : values.ToArray().Select(Math.Abs).OrderDescending().ElementAt((int)Math.Clamp(Math.Ceiling(topK * layer.Count), 1, layer.Count) - 1);
        for (int i = 0; i < read.Length; i++)
        {
            float expected = Math.Abs(values[i]) >= bound ? values[i] : 0;
            float tolerance = encoding switch
            {
                PayloadEncoding.F32 => 0,
                PayloadEncoding.F16 => Math.Abs(expected) / 2048 + 3e-8f,
                PayloadEncoding.Bf16 => Math.Abs(expected) / 256,
                PayloadEncoding.Int8 => most / 126,
                _ => most / 6.9f,
            };
            Assert.InRange(Math.Abs(read[i] - expected), 0, tolerance);
        }
    }
}
