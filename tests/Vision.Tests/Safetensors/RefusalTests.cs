using System.Buffers.Binary;
using System.Text;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Tests.Safetensors;

public sealed class RefusalTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 't' of shape [2] and dtype F32 takes 8 bytes, its range has 4")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "tensor 't' ends at byte 8, the file has 7 bytes of data")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "the last tensor 't' ends at byte 8, the file has 9 bytes of data")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "tensor 't' begins at byte 4, a hole after the one before, which ends at 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"t":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7, "tensor 't' begins at byte 3, inside the one before, which ends at 4")]
    [InlineData("""{"t":{"dtype":"F31","shape":[],"data_offsets":[0,4]}}""", 4, "tensor 't' has dtype 'F31', known are F32, F16")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "tensor 't' of shape [4294967296, 4294967296] and dtype F32 takes more than 9223372036854775807 bytes")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape of tensor 't' has a number that is not an integer from 0")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "shape of tensor 't' has a number that is not an integer from 0")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "tensor 't' ends at byte 0 before it begins at 4")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "tensor 't' has 1 data_offsets, 2 are needed")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "data_offsets of tensor 't' has more than the 2 numbers allowed")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]}}""", 4, "tensor 't' ends at byte 9223372036854775807, the largest")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "shape of tensor 't' has more than the 16 numbers allowed")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1]}}""", 4, "tensor 't' lacks 'data_offsets'")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4, "tensor 't' has an unknown member 'more'")]
    [InlineData("""{"t":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 't' has 'dtype' twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0074":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 't' twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "'__metadata__' has 'a' twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "metadata 'a' is Number, a string is needed")]
    [InlineData("""{"__metadata__":[]}""", 0, "metadata '__metadata__' is StartArray, an object is needed")]
    [InlineData("""{"t":[]}""", 0, "tensor 't' is StartArray, an object is needed")]
    [InlineData("""{"t":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "is not JSON as safetensors has it")]
    [InlineData("""{"\ud800":{}}""", 0, "incomplete UTF-16 escape")]
    [InlineData("""{} x""", 0, "is not JSON as safetensors has it")]
    [InlineData("""[]""", 0, "the header is StartArray, an object is needed")]
    [InlineData("""{"t":""", 0, "is not JSON as safetensors has it")]
    [InlineData("""{}""", 3, "the last tensor ends at byte 0, the file has 3 bytes of data")]
    [InlineData("", 0, "is not JSON as safetensors has it")]
    public Task A_header_that_lies_is_refused_in_one_sentence(string header, int data, string sentence)
    {
        using var test = TestFile.Of(header, data);
        var refusal = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(test.Path));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("model.safetensors: ", refusal.Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task A_length_that_lies_is_refused_before_anything_is_allocated()
    {
        using var test = TestFile.Of("{}", 0);
        var bytes = File.ReadAllBytes(test.Path);
        foreach (var length in new[] { 3, -1, long.MaxValue, 1L << 40 })
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
            File.WriteAllBytes(test.Path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var refusal = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(test.Path));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32_000);
            Assert.Contains($"the header says it has {(ulong)length} bytes, the file has 2 after its first 8", refusal.Message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(test.Path, [1, 0, 0]);
        Assert.Contains("the file has 3 bytes", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(test.Path)).Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task Limits_and_UTF8_are_kept()
    {
        using var test = TestFile.Of("""{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}""", 2);
        Assert.Contains("more tensors than the 1 allowed; the next is 'b'", Refusal(test, new() { MaxTensors = 1 }), StringComparison.Ordinal);
        Assert.Contains("the limit is 20", Refusal(test, new() { MaxHeaderBytes = 20 }), StringComparison.Ordinal);
        using var latin = TestFile.Of(TestFile.Bytes([.. Encoding.Latin1.GetBytes("""{"__metadata__":{"é":""}}""")], []));
        Assert.Contains("not valid UTF-8", Refusal(latin, null), StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    [Theory(Timeout = 10_000)]
    [InlineData(TensorType.F32, float.NaN), InlineData(TensorType.F16, float.PositiveInfinity), InlineData(TensorType.BF16, float.NegativeInfinity), InlineData(TensorType.BF16, float.NaN)]
    public Task What_is_not_finite_is_refused_with_its_index_unless_allowed(TensorType type, float value)
    {
        var values = new float[200_001];
        values[170_003] = value;
        using var test = RoundTripTests.Write([], [new("w", [values.Length], type)], w => w.Write(values));
        using var file = SafetensorsFile.Open(test.Path);
        var read = new float[values.Length];
        var refusal = Assert.Throws<SafetensorsException>(() => file.ReadSingles(file["w"], read));
        Assert.Contains("tensor 'w' has", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at element 170003 of 200001", refusal.Message, StringComparison.Ordinal);
        file.ReadSingles(file["w"], read, allowNonFinite: true);
        Assert.Equal(value, read[170_003]);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task A_tensor_that_is_not_there_is_answered_with_the_nearest_names()
    {
        using var test = RoundTripTests.Write([], [new("blocks.0.attn.qkv.weight", [1], TensorType.I32), new("head.bias", [0], TensorType.F32)], w => w.WriteRaw(new byte[4]));
        using var file = SafetensorsFile.Open(test.Path);
        Assert.Contains("no tensor 'blocks.0.qkv.weight' among 2; the nearest are 'blocks.0.attn.qkv.weight'", Message(() => _ = file["blocks.0.qkv.weight"]), StringComparison.Ordinal);
        Assert.Contains("is I32, F32, F16, BF16 or F64 is needed", Message(() => file.ReadSingles(file["blocks.0.attn.qkv.weight"], new float[1])), StringComparison.Ordinal);
        Assert.Contains("has 4 bytes, room was given for 5", Message(() => file.Read(file["blocks.0.attn.qkv.weight"], new byte[5])), StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    [Fact(Timeout = 10_000)]
    public Task The_writer_keeps_to_its_plan()
    {
        TensorPlan[] plan = [new("h", [2], TensorType.F16), new("i", [1], TensorType.I8)];
        using var stream = new MemoryStream();
        using var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), plan);
        Assert.Contains("Tensor 'h' has 4 bytes, 0 were written", Message(writer.Complete), StringComparison.Ordinal);
        Assert.Contains("Tensor 'h' lacks 4 bytes, 6 were given", Message(() => writer.Write(new float[3])), StringComparison.Ordinal);
        Assert.Contains("Tensor 'h' has a value of 70000, too large for F16", Message(() => writer.Write([70000f])), StringComparison.Ordinal);
        writer.Write([1f]);
        Assert.Contains("Tensor 'i' is I8, singles can be written as", Message(() => writer.Write([1f])), StringComparison.Ordinal);
        writer.WriteRaw([1]);
        Assert.Contains("All 2 tensors of the plan are written", Message(() => writer.WriteRaw([1])), StringComparison.Ordinal);
        writer.Complete();
        Assert.Contains("that name is taken", Message(() => new SafetensorsWriter(stream, new Dictionary<string, string>(), [plan[0], plan[0]])), StringComparison.Ordinal);
        Assert.Contains("sizes are 0 or more", Message(() => new SafetensorsWriter(stream, new Dictionary<string, string>(), [new("x", [-1], TensorType.F32)])), StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    private static string Message(Action act) => Assert.Throws<SafetensorsException>(act).Message;

    private static string Refusal(TestFile test, SafetensorsLimits? limits) =>
        Message(() => SafetensorsFile.Open(test.Path, limits).Dispose());
}
