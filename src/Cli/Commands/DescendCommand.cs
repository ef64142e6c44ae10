using System.CommandLine;
using Learngene.Cli.Output;
using Learngene.Sdk.Learngenes;

namespace Learngene.Cli.Commands;

/// <summary><c>descend</c>.</summary>
internal static class DescendCommand
{
    public static Command Create()
    {
        var name = Flags.Argument("NAME[@V]", "A learngene.");
        var width = Flags.Whole("--width", "Channels of the descendant.", required: true);
        var depth = Flags.Whole("--depth", "Layers of the descendant (default: as many as rows, or the auxiliary model's).");
        var select = Flags.Choice("--select", "How rows of the matrices are chosen (default continuous).", "continuous", "magnitude", "step", "random");
        var rows = Flags.Wholes("--rows", "The row of G that makes each layer.");
        var seed = Flags.Seed();
        var type = Flags.Choice("--type", "Number format of the file (default f32).", "f32", "f16", "bf16");
        var smallest = Flags.Switch("--smallest", "The magnitude rule keeps the smallest rows.");
        var l1 = Flags.Switch("--l1", "The magnitude rule measures the L1 norm.");
        var output = Flags.OutFile();
        return new Verb("descend", "Writes a descendant of the wanted size, without training.", "learngene descend fashion/lets --width 64 --depth 5 -o small.safetensors")
        {
            name, width, depth, select, rows, seed, type, smallest, l1, output,
        }.Does(async call =>
        {
            string path = LocalFiles.ToWrite(call.Get(output)!);
            var options = new DescendOptions
            {
                Width = call.Get(width)!.Value, Depth = call.Get(depth), Select = call.Get(select),
                Rows = call.Get(rows) is { Length: > 0 } list ? list : null, Seed = call.Get(seed), Type = call.Get(type),
                Smallest = call.Get(smallest) ? true : null, L1 = call.Get(l1) ? true : null,
            };
            await using var client = await call.ConnectAsync();
            var made = await call.PatientlyAsync("making the descendant", client.Learngenes.DescendAsync(call.Get(name), options, path, call.Token));
            call.Answer(Documents.Descendant(made, path), people => people.WriteLine(
                $"{made.Learngene.Reference} -> {made.Width} x {made.Depth}, {made.Heads} heads  {Tables.Count(made.Parameters)} parameters"
                + $"  {Tables.Bytes(made.Weights.Length)}  {Tables.Short(made.Weights.Sha256)}  {path}"));
            return Exit.Done;
        });
    }
}
