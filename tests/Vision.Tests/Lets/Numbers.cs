using System.Buffers.Binary;
using System.Text.Json;

namespace Learngene.Vision.Tests.Lets;

/// <summary>A tensor of the oracle: dimensions and float64 values in row-major order, nothing else.</summary>
internal sealed record Numbers(int[] Shape, double[] Values)
{
    public double this[int i] => Values[i];

    /// <summary>Of a tensor taken as a matrix: its first dimension against all others.</summary>
    public double this[int row, int column] => Values[row * Columns + column];

    public int Rows => Shape[0];

    public int Columns => Values.Length / Shape[0];

    public static Numbers Vector(int n, Func<int, double> value) => new([n], [.. Enumerable.Range(0, n).Select(value)]);

    public static Numbers Matrix(int rows, int columns, Func<int, int, double> value)
    {
        var values = new double[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = value(r, c);
        return new([rows, columns], values);
    }

    /// <summary>The same values under other dimensions.</summary>
    public Numbers As(params int[] shape) => new(shape, Values);

    /// <summary>The same names, dimensions and nearly the same values.</summary>
    /// <param name="expected">What the oracle gives.</param><param name="actual">What is judged.</param>
    /// <param name="allowed">How far a value may be off, given the largest of its tensor.</param><param name="what">Of what they are.</param>
    public static void AssertClose(
        IReadOnlyDictionary<string, Numbers> expected, IReadOnlyDictionary<string, Numbers> actual, Func<double, double> allowed, object? what = null)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, value) in expected)
        {
            Assert.Equal(value.Shape, actual[name].Shape);
            double scale = value.Values.Max(Math.Abs), worst = value.Values.Zip(actual[name].Values, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst <= allowed(scale), $"{what} {name}: off by {worst} of {scale}");
        }
    }

    /// <summary>Reads a safetensors file of F32 tensors: header length, JSON header, bytes.</summary>
    public static Dictionary<string, Numbers> ReadFile(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes), data = 8 + header;
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var tensors = new Dictionary<string, Numbers>();
        foreach (var entry in json.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            Assert.Equal("F32", entry.Value.GetProperty("dtype").GetString());
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt32())];
            int start = entry.Value.GetProperty("data_offsets")[0].GetInt32(), end = entry.Value.GetProperty("data_offsets")[1].GetInt32();
            var values = new double[(end - start) / 4];
            for (int i = 0; i < values.Length; i++)
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(data + start + 4 * i));
            tensors.Add(entry.Name, new(shape, values));
        }
        return tensors;
    }
}
