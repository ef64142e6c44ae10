using System.Text.Json;
using System.Text.Unicode;

namespace Learngene.Vision.Safetensors;

/// <summary>Reads a header somebody else wrote. Nothing in it is believed: what it claims is compared with the length of the file.</summary>
internal static class SafetensorsHeader
{
    private const int Depth = 3; // file, tensor, shape

    internal static (Dictionary<string, string> Metadata, Dictionary<string, TensorEntry> Tensors) Parse(
        ReadOnlySpan<byte> header, long dataLength, SafetensorsLimits limits)
    {
        if (!Utf8.IsValid(header))
            throw new SafetensorsException($"the header of {header.Length} bytes is not valid UTF-8");
        try
        {
            var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = Depth });
            var result = ReadFile(ref json, header.Length + 8L, limits);
            while (json.Read()) // only white space may follow; anything else throws
            {
            }

            CheckLayout(result.Tensors, header.Length + 8L, dataLength);
            return result;
        }
        catch (JsonException e)
        {
            throw new SafetensorsException($"the header is not JSON as safetensors has it, near its byte {e.BytePositionInLine ?? 0}: {Short(e.Message)}", e);
        }
        catch (InvalidOperationException e)
        {
            // Utf8JsonReader's answer to a string with half of a surrogate pair in an escape.
            throw new SafetensorsException("the header has a string with an incomplete UTF-16 escape", e);
        }
    }

    private static (Dictionary<string, string> Metadata, Dictionary<string, TensorEntry> Tensors) ReadFile(
        ref Utf8JsonReader json, long dataStart, SafetensorsLimits limits)
    {
        Dictionary<string, string>? metadata = null;
        var tensors = new Dictionary<string, TensorEntry>();
        json.Read();
        Expect(json, JsonTokenType.StartObject, "the header", null, "an object");
        while (NextName(ref json) is { } name)
        {
            json.Read();
            if (name == "__metadata__")
            {
                if (metadata is not null)
                    throw new SafetensorsException("the header has '__metadata__' twice, 1 is allowed");
                metadata = ReadMetadata(ref json, limits);
                continue;
            }

            if (tensors.ContainsKey(name))
                throw new SafetensorsException($"the header has tensor '{Short(name)}' twice, 1 is allowed");
            if (tensors.Count == limits.MaxTensors)
                throw new SafetensorsException($"the header has more tensors than the {limits.MaxTensors} allowed; the next is '{Short(name)}'");
            tensors.Add(name, ReadTensor(ref json, name, dataStart, limits));
        }

        return (metadata ?? [], tensors);
    }

    private static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader json, SafetensorsLimits limits)
    {
        var metadata = new Dictionary<string, string>();
        Expect(json, JsonTokenType.StartObject, "metadata", "__metadata__", "an object");
        while (NextName(ref json) is { } name)
        {
            json.Read();
            Expect(json, JsonTokenType.String, "metadata", name, "a string");
            if (metadata.Count == limits.MaxTensors)
                throw new SafetensorsException($"'__metadata__' has more entries than the {limits.MaxTensors} allowed; the next is '{Short(name)}'");
            if (!metadata.TryAdd(name, json.GetString()!))
                throw new SafetensorsException($"'__metadata__' has '{Short(name)}' twice, 1 is allowed");
        }

        return metadata;
    }

    private static TensorEntry ReadTensor(ref Utf8JsonReader json, string name, long dataStart, SafetensorsLimits limits)
    {
        TensorType? type = null;
        long[]? shape = null, range = null;
        Expect(json, JsonTokenType.StartObject, "tensor", name, "an object");
        while (NextName(ref json) is { } member)
        {
            json.Read();
            switch (member)
            {
                case "dtype" when type is null:
                    Expect(json, JsonTokenType.String, "dtype", name, "a string");
                    var dtype = json.GetString()!;
                    if (!TensorTypes.TryParse(dtype, out var known))
                        throw new SafetensorsException($"tensor '{Short(name)}' has dtype '{Short(dtype)}', known are {TensorTypes.Known}");
                    type = known;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref json, name, member, limits.MaxRank);
                    break;
                case "data_offsets" when range is null:
                    range = ReadNumbers(ref json, name, member, 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new SafetensorsException($"tensor '{Short(name)}' has '{member}' twice, 1 is allowed");
                default:
                    throw new SafetensorsException($"tensor '{Short(name)}' has an unknown member '{Short(member)}', known are dtype, shape, data_offsets");
            }
        }

        if (type is null || shape is null || range is null)
            throw new SafetensorsException($"tensor '{Short(name)}' lacks '{(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}'");
        if (range.Length != 2)
            throw new SafetensorsException($"tensor '{Short(name)}' has {range.Length} data_offsets, 2 are needed");
        if (range[1] < range[0])
            throw new SafetensorsException($"tensor '{Short(name)}' ends at byte {range[1]} before it begins at {range[0]}");
        var bytes = ByteLength(name, shape, type.Value);
        if (bytes != range[1] - range[0])
            throw new SafetensorsException($"tensor '{Short(name)}' of shape [{string.Join(", ", shape)}] and dtype {type.Value.Name()} takes {bytes} bytes, its range has {range[1] - range[0]}");
        if (range[1] > long.MaxValue - dataStart)
            throw new SafetensorsException($"tensor '{Short(name)}' ends at byte {range[1]}, the largest there can be is {long.MaxValue - dataStart}");
        return new TensorEntry(name, type.Value, shape, dataStart + range[0], bytes);
    }

    /// <summary>Bytes a tensor takes; refuses sizes whose product does not fit.</summary>
    internal static long ByteLength(string name, IReadOnlyList<long> shape, TensorType type)
    {
        try
        {
            return checked(shape.Aggregate(1L, (product, size) => checked(product * size)) * type.Size());
        }
        catch (OverflowException e)
        {
            throw new SafetensorsException($"tensor '{Short(name)}' of shape [{string.Join(", ", shape)}] and dtype {type.Name()} takes more than {long.MaxValue} bytes", e);
        }
    }

    private static long[] ReadNumbers(ref Utf8JsonReader json, string name, string member, int most)
    {
        Expect(json, JsonTokenType.StartArray, member, name, "an array");
        Span<long> numbers = stackalloc long[64];
        most = Math.Min(most, numbers.Length);
        var count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Expect(json, JsonTokenType.Number, member, name, "an array of numbers");
            if (count == most)
                throw new SafetensorsException($"{member} of tensor '{Short(name)}' has more than the {most} numbers allowed");
            if (!json.TryGetInt64(out numbers[count]) || numbers[count] < 0)
                throw new SafetensorsException($"{member} of tensor '{Short(name)}' has a number that is not an integer from 0 to {long.MaxValue}");
            count++;
        }

        return numbers[..count].ToArray();
    }

    private static void CheckLayout(Dictionary<string, TensorEntry> tensors, long dataStart, long dataLength)
    {
        var ordered = tensors.Values.ToArray();
        Array.Sort(ordered, static (a, b) => (a.Offset, a.Length).CompareTo((b.Offset, b.Length)));
        var end = dataStart;
        foreach (var tensor in ordered)
        {
            if (tensor.Offset != end)
                throw new SafetensorsException($"tensor '{Short(tensor.Name)}' begins at byte {tensor.Offset - dataStart}, {(tensor.Offset < end ? "inside the one before, which ends" : "a hole after the one before, which ends")} at {end - dataStart}");
            end += tensor.Length;
            if (end - dataStart > dataLength)
                throw new SafetensorsException($"tensor '{Short(tensor.Name)}' ends at byte {end - dataStart}, the file has {dataLength} bytes of data");
        }

        if (end - dataStart != dataLength)
            throw new SafetensorsException($"the last tensor{(ordered.Length > 0 ? $" '{Short(ordered[^1].Name)}'" : "")} ends at byte {end - dataStart}, the file has {dataLength} bytes of data");
    }

    private static string? NextName(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.PropertyName ? json.GetString() : null;
    }

    private static void Expect(in Utf8JsonReader json, JsonTokenType expected, string what, string? name, string needed)
    {
        if (json.TokenType != expected)
        {
            var subject = name is null ? what : what is "tensor" or "metadata" ? $"{what} '{Short(name)}'" : $"{what} of tensor '{Short(name)}'";
            throw new SafetensorsException($"{subject} is {json.TokenType}, {needed} is needed");
        }
    }

    /// <summary>A name fit for a message: names of a hostile file can be megabytes.</summary>
    internal static string Short(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
