using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Learngene.Vision.Safetensors;

/// <summary>Writes a safetensors file front to back, tensors in the order of a plan. Equal input gives equal bytes.</summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int ChunkElements = 1 << 16;
    private readonly Stream _stream;
    private readonly IReadOnlyList<TensorPlan> _plan;
    private readonly long[] _lengths;
    private byte[] _chunk = [];
    private int _current;
    private long _written; // bytes of the current tensor

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to; written from its position on, flushed by <see cref="Complete"/>, never closed here.</param>
    /// <param name="metadata">The <c>__metadata__</c>, written in ordinal order of its keys; left out when empty.</param>
    /// <param name="plan">The tensors, in the order their data will come in.</param>
    /// <exception cref="SafetensorsException">The plan names a tensor twice, or has a shape that cannot be.</exception>
    public SafetensorsWriter(Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorPlan> plan)
    {
        _stream = stream;
        _plan = plan;
        _lengths = Lengths(plan);
        stream.Write(Header(metadata, plan, _lengths));
    }

    /// <summary>Bytes of the file that a writer with these arguments completes.</summary>
    /// <param name="metadata">The <c>__metadata__</c>.</param>
    /// <param name="plan">The tensors.</param>
    /// <exception cref="SafetensorsException">The plan names a tensor twice, or has a shape that cannot be.</exception>
    public static long FileLength(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorPlan> plan)
    {
        var lengths = Lengths(plan);
        return Header(metadata, plan, lengths).Length + lengths.Sum();
    }

    /// <summary>Writes elements of the tensor whose turn it is, rounded to its type (to the nearest, halves to even). May be called several times for one tensor.</summary>
    /// <param name="values">The next elements, no more than the tensor still lacks.</param>
    /// <exception cref="SafetensorsException">More elements than the tensor has, a tensor that is not F32, F16 or BF16, or a value too large for its type.</exception>
    public void Write(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        var tensor = Next();
        if (tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
            throw new SafetensorsException($"Tensor '{tensor.Name}' is {tensor.Type.Name()}, singles can be written as F32, F16 or BF16.");
        Claim(tensor, (long)values.Length * tensor.Type.Size());
        if (tensor.Type == TensorType.F32)
            _stream.Write(MemoryMarshal.AsBytes(values));
        else
            for (var done = 0; done < values.Length; done += ChunkElements)
                WriteNarrow(tensor, values.Slice(done, Math.Min(ChunkElements, values.Length - done)));
    }

    /// <summary>Writes bytes of the tensor whose turn it is as they are. May be called several times for one tensor.</summary>
    /// <param name="bytes">The next bytes, little-endian, no more than the tensor still lacks.</param>
    /// <exception cref="SafetensorsException">More bytes than the tensor has.</exception>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Claim(Next(), bytes.Length);
        _stream.Write(bytes);
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="SafetensorsException">A tensor of the plan is not there in full.</exception>
    public void Complete()
    {
        while (_current < _plan.Count && _written == _lengths[_current])
            Advance();
        if (_current < _plan.Count)
            throw new SafetensorsException($"Tensor '{_plan[_current].Name}' has {_lengths[_current]} bytes, {_written} were written.");
        _stream.Flush();
    }

    /// <summary>Lets go of the stream without closing it. A file that was not completed is not one.</summary>
    public void Dispose() => _chunk = [];

    private TensorPlan Next()
    {
        while (_current < _plan.Count && _written == _lengths[_current])
            Advance();
        return _current < _plan.Count ? _plan[_current] : throw new SafetensorsException($"All {_plan.Count} tensors of the plan are written, there is no room for more.");
    }

    private void Advance()
    {
        _current++;
        _written = 0;
    }

    private void Claim(TensorPlan tensor, long bytes)
    {
        if (bytes > _lengths[_current] - _written)
            throw new SafetensorsException($"Tensor '{tensor.Name}' lacks {_lengths[_current] - _written} bytes, {bytes} were given.");
        _written += bytes;
    }

    private void WriteNarrow(TensorPlan tensor, ReadOnlySpan<float> values)
    {
        if (_chunk.Length == 0)
            _chunk = new byte[ChunkElements * sizeof(ushort)];
        var stored = _chunk.AsSpan(0, values.Length * sizeof(ushort));
        Singles.Narrow(values, tensor.Type, stored);
        if (Singles.IndexOfOverflow(values, tensor.Type, stored) is >= 0 and var bad)
            throw new SafetensorsException($"Tensor '{tensor.Name}' has a value of {values[bad]}, too large for {tensor.Type.Name()}.");
        _stream.Write(stored);
    }

    private static long[] Lengths(IReadOnlyList<TensorPlan> plan)
    {
        var lengths = new long[plan.Count];
        var names = new HashSet<string> { "__metadata__" };
        var total = 0L;
        for (var i = 0; i < plan.Count; i++)
        {
            if (!names.Add(plan[i].Name))
                throw new SafetensorsException($"Tensor '{plan[i].Name}' is planned at {i}, but that name is taken.");
            if (plan[i].Shape.Any(size => size < 0))
                throw new SafetensorsException($"Tensor '{plan[i].Name}' is planned with shape [{string.Join(", ", plan[i].Shape)}], sizes are 0 or more.");
            lengths[i] = SafetensorsHeader.ByteLength(plan[i].Name, plan[i].Shape, plan[i].Type);
            if (lengths[i] > long.MaxValue - total)
                throw new SafetensorsException($"Tensor '{plan[i].Name}' is planned with {lengths[i]} bytes after {total}, together more than {long.MaxValue}.");
            total += lengths[i];
        }
        return lengths;
    }

    private static byte[] Header(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorPlan> plan, long[] lengths)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
                WriteMetadata(json, metadata);
            var end = 0L;
            for (var i = 0; i < plan.Count; i++)
                WriteTensor(json, plan[i], end, end += lengths[i]);
            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorPlan tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.Name());
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
