using System.Text.Json;

namespace Learngene.Federations;

/// <summary>One federation, measured. Accuracies in 0..1, bytes of all rounds.</summary>
/// <param name="Name">What was run: method and settings.</param><param name="Partition">dirichlet or labels.</param><param name="Seed">Of deal and federation.</param>
/// <param name="BytesUp">Signatures included.</param><param name="BytesToInitialise">A late client, mean.</param>
/// <param name="AsLeft">Known clients, as their last training left them.</param><param name="Raw">After the final download.</param>
/// <param name="RawLately">The same, mean over the last five rounds.</param>
/// <param name="Tuned">By learning rate of fine-tuning: known clients after 1 and 5 epochs.</param><param name="Late">By learning rate: late clients after 0, 1 and 5.</param>
/// <param name="Global">The one model for everyone on the test split.</param><param name="Seconds">Of the rounds alone.</param>
public sealed record Cell(
    string Name, string Partition, ulong Seed, long BytesUp, long BytesDown, double BytesToInitialise, double AsLeft, double Raw, double RawLately,
    SortedDictionary<string, double[]> Tuned, SortedDictionary<string, double[]> Late, double Global, double Seconds)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static List<Cell> Read(string file) => File.Exists(file) ? [.. File.ReadLines(file).Where(l => l.StartsWith('{')).Select(l => JsonSerializer.Deserialize<Cell>(l.TrimEnd(','), s_json)!)] : [];

    /// <summary>A JSON array, one cell a line.</summary>
    public static void Write(string file, IReadOnlyList<Cell> cells)
    {
        string text = "[\n" + string.Join(",\n", cells.Select(c => JsonSerializer.Serialize(c, s_json))) + "\n]\n";
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
