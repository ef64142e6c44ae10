using System.CommandLine;
using Learngene.Cli.Output;
using Learngene.Learngenes;
using Learngene.Sdk.Learngenes;

namespace Learngene.Cli.Commands;

/// <summary><c>descend</c>.</summary>
internal static class DescendCommand
{
    public static Command Create()
    {
        var name = Flags.Argument("NAME[@V]", "A learngene.");
        var width = Flags.Whole("--width", "Channels of the descendant; a decomposition has one width unless it was learnt with --component-width.");
        var depth = Flags.Whole("--depth", "Layers of the descendant (default: as many as rows, or the learngene's).");
        var components = Flags.Whole("--components", "How many of a decomposition's components make it (default all).");
        var select = Flags.Choice("--select", "How rows of the matrices are chosen (default continuous).", "continuous", "magnitude", "step", "random");
        var rows = Flags.Wholes("--rows", "The row of G that makes each layer.");
        var seed = Flags.Seed();
        var type = Flags.Choice("--type", "Number format of the file (default f32).", "f32", "f16", "bf16");
        var smallest = Flags.Switch("--smallest", "The magnitude rule keeps the smallest rows.");
        var l1 = Flags.Switch("--l1", "The magnitude rule measures the L1 norm.");
        var budget = new BudgetFlags();
        var explain = Flags.Switch("--explain", "With a budget: say why this size, and which came next; without -o that is all.");
        var output = new Option<string?>("-o", "--output") { Description = "The file to write.", HelpName = "FILE" };
        var verb = new Verb("descend", "Writes a descendant of the wanted size, or of the best size within a budget, without training.",
            "learngene descend fashion/lets --max-params 100k --explain -o small.safetensors") { name, width, depth, components, select, rows, seed, type, smallest, l1 };
        budget.AddTo(verb);
        verb.Add(explain);
        verb.Add(output);
        return verb.Does(async call =>
        {
            var options = new DescendOptions
            {
                Width = call.Get(width), Depth = call.Get(depth), Components = call.Get(components), Select = call.Get(select),
                Rows = call.Get(rows) is { Length: > 0 } list ? list : null, Seed = call.Get(seed), Type = call.Get(type),
                Smallest = call.Get(smallest) ? true : null, L1 = call.Get(l1) ? true : null,
            };
            var limits = budget.Of(call, options.Width, options.Depth ?? options.Rows?.Count, options.Components, options.Type);
            if (limits is null && call.Get(explain)) throw new UsageException("--explain tells why a budget gave a size; give one, such as --max-params 3M.");
            string? path = call.Get(output) is { } file ? LocalFiles.ToWrite(file)
                : limits is not null && call.Get(explain) ? null : throw new UsageException("'learngene descend' needs -o FILE: the file to write.");
            await using var client = await call.ConnectAsync();
            SizeAnswer? answer = null;
            if (limits is not null)
            {
                answer = await client.Learngenes.ChooseAsync(call.Get(name), limits, call.Token);
                if (path is null)
                {
                    call.Answer(Documents.Size(call.Get(name), answer), _ => Explain(call, answer));
                    return Exit.Done;
                }
                options = options with { Width = answer.Chosen.Width, Depth = answer.Chosen.Depth, Components = answer.Chosen.Components };
            }
            var made = await call.PatientlyAsync("making the descendant", client.Learngenes.DescendAsync(call.Get(name), options, path!, call.Token));
            call.Answer(Documents.Descendant(made, path!, answer), people =>
            {
                people.WriteLine($"{made.Learngene.Reference} -> {made.Width} x {made.Depth}, {made.Heads} heads  {Tables.Count(made.Parameters)} parameters"
                    + $"  {Tables.Bytes(made.Weights.Length)}  {Tables.Short(made.Weights.Sha256)}  {path}");
                if (answer is not null && call.Get(explain)) Explain(call, answer);
            });
            return Exit.Done;
        });
    }

    private static void Explain(Call call, SizeAnswer answer)
    {
        call.Terminal.Output.WriteLine(answer.Reason);
        Tables.Write(call, ["size", "#parameters", "#FLOPs", "#bytes", "#latency", "#accuracy", ""],
            ((SizeCandidate[])[answer.Chosen, .. answer.RunnersUp]).Select((c, i) => (string[])[
                Documents.SizeName(c), Tables.Count(c.Parameters), Tables.Count(c.Flops), Tables.Bytes(c.Bytes),
                c.Latency is { } seconds ? FormattableString.Invariant($"{1e3 * seconds:0.###} ms") : "", Tables.Percent(c.Accuracy), i == 0 ? $"{c.Known}, chosen" : c.Known]));
    }
}
