using System.Text;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Tests.Safetensors;

public sealed class RoundTripTests
{
    private static readonly float[] Values = [0f, -0f, 1f, -1.5f, 0.333333f, 65504f, 1e-7f, 3.0078125f, -1e-30f, 12345.678f];

    public static TheoryData<TensorType> AllTypes => new(Enum.GetValues<TensorType>());

    [Theory(Timeout = 10_000), MemberData(nameof(AllTypes))]
    public Task Every_type_comes_back_as_the_bytes_that_went_in(TensorType type)
    {
        var bytes = Enumerable.Range(0, 15 * type.Size()).Select(i => (byte)(i * 7)).ToArray();
        using var test = Write([], [new("t", [3, 5], type)], w => w.WriteRaw(bytes));
        using var file = SafetensorsFile.Open(test.Path);

        var read = new byte[bytes.Length];
        file.Read(file["t"], read);
        Assert.Equal(bytes, read);
        Assert.Equal((type, 15L), (file["t"].Type, file["t"].Elements));
        Assert.Equal([3L, 5L], file["t"].Shape);
        return Task.CompletedTask;
    }

    [Theory(Timeout = 10_000), InlineData(TensorType.F32), InlineData(TensorType.F16), InlineData(TensorType.BF16)]
    public Task Singles_come_back_rounded_to_the_type_they_were_stored_as(TensorType type)
    {
        // More than one chunk, and a length that no vector divides.
        var values = Enumerable.Range(0, 300_007).Select(i => Values[i % Values.Length]).ToArray();
        using var test = Write([], [new("t", [values.Length], type)], w =>
        {
            w.Write(values.AsSpan(0, 7));
            w.Write(values.AsSpan(7));
        });
        using var file = SafetensorsFile.Open(test.Path);
        var read = new float[values.Length];
        file.ReadSingles(file["t"], read);

        Assert.Equal(values.Select(v => Expected(v, type)), read);
        file.ReadSingles(file["t"], 299_999, read.AsSpan(0, 8));
        Assert.Equal(values[299_999..].Select(v => Expected(v, type)), read[..8]);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task Halves_are_rounded_to_even()
    {
        // Between two neighbours of BF16: 1 + 1/256 goes down to the even 1, 1 + 3/256 up to the even 1 + 4/256.
        using var test = Write([], [new("b", [2], TensorType.BF16), new("h", [2], TensorType.F16)], w =>
        {
            w.Write([1 + (1 / 256f), 1 + (3 / 256f)]);
            w.Write([1 + (1 / 2048f), 1 + (3 / 2048f)]);
        });
        using var file = SafetensorsFile.Open(test.Path);
        var read = new float[2];
        file.ReadSingles(file["b"], read);
        Assert.Equal([1f, 1 + (4 / 256f)], read);
        file.ReadSingles(file["h"], read);
        Assert.Equal([1f, 1 + (4 / 2048f)], read);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task Doubles_are_read_as_singles()
    {
        using var test = Write([], [new("d", [2], TensorType.F64)], w => w.WriteRaw([.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(-2.5)]));
        using var file = SafetensorsFile.Open(test.Path);
        var read = new float[2];
        file.ReadSingles(file["d"], read);
        Assert.Equal([0.1f, -2.5f], read);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task Equal_input_gives_equal_bytes_whatever_the_order_of_the_metadata()
    {
        TensorPlan[] plan = [new("z", [2], TensorType.F32), new("empty", [0, 4], TensorType.F32), new("a", [], TensorType.U8)];
        Action<SafetensorsWriter> data = w =>
        {
            w.Write([1, 2]);
            w.Write([]);
            w.WriteRaw([9]);
        };
        using var one = Write(new() { ["format"] = "pt", ["a.b"] = "{\"x\":\"é\"}" }, plan, data);
        using var two = Write(new() { ["a.b"] = "{\"x\":\"é\"}", ["format"] = "pt" }, plan, data);

        var bytes = File.ReadAllBytes(one.Path);
        Assert.Equal(bytes, File.ReadAllBytes(two.Path));
        var header = """{"__metadata__":{"a.b":"{\"x\":\"é\"}","format":"pt"},"z":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[8,8]},"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""";
        var length = (int)BitConverter.ToInt64(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(header, Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        using var file = SafetensorsFile.Open(one.Path);
        Assert.Equal("{\"x\":\"é\"}", file.Metadata["a.b"]);
        Assert.Equal(["z", "empty", "a"], file.Tensors.Keys);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task A_file_as_Python_writes_it_is_read()
    {
        // What safetensors.numpy.save gives for {"b": float32 [1, 2], "a": int64 [[3]]}: larger types first, spaces to a multiple of 8.
        var header = """{"a":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] data = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40];
        using var test = TestFile.Of(TestFile.Bytes(Encoding.UTF8.GetBytes(header), data));
        using var file = SafetensorsFile.Open(test.Path);

        var b = new float[2];
        file.ReadSingles(file["b"], b);
        Assert.Equal([1f, 2f], b);
        var a = new byte[8];
        file.Read(file["a"], a);
        Assert.Equal(3, BitConverter.ToInt64(a));
        Assert.Empty(file.Metadata);
        return Task.CompletedTask;
    }

    internal static TestFile Write(Dictionary<string, string> metadata, TensorPlan[] plan, Action<SafetensorsWriter> data)
    {
        var test = new TestFile();
        using var stream = File.Create(test.Path);
        using var writer = new SafetensorsWriter(stream, metadata, plan);
        data(writer);
        writer.Complete();
        return test;
    }

    private static float Expected(float value, TensorType type) => type switch
    {
        TensorType.F16 => (float)(Half)value,
        TensorType.BF16 => NearestBrain(value),
        _ => value,
    };

    // By distance, in double precision: no bit trick shared with the code under test.
    private static float NearestBrain(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value) & 0xFFFF_0000;
        var (below, above) = (BitConverter.UInt32BitsToSingle(bits), BitConverter.UInt32BitsToSingle(bits + 0x1_0000));
        return Math.Abs((double)value - below) <= Math.Abs((double)above - value) ? below : above;
    }
}
