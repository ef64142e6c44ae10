using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Learngene.Vision.Budgets;
using Learngene.Vision.Models;
using static System.FormattableString;

namespace Learngene.Edge.Probe;

/// <summary><c>learngene-edge probe</c>: measures this machine and writes its profile.</summary>
internal static class ProbeCommand
{
    public const string Example = "learngene-edge probe -o profile.json";

    private static readonly Option<string> s_output = new("-o", "--output") { Description = "The profile to write.", HelpName = "FILE", Required = true };
    private static readonly Option<int> s_threads = Number("--threads", "N", $"Threads to run with, 1..{DeviceMeter.MostThreads} (default 1).",
        1, DeviceMeter.MostThreads, 1);
    private static readonly Option<int> s_seconds = Number("--seconds", "S", "How long to measure, 1..600 (default 20).", 1, 600, 20);
    private static readonly Option<bool> s_json = new("--json") { Description = "The profile also on standard output, and nothing else there." };
    private static readonly Option<bool> s_quiet = new("--quiet") { Description = "No progress." };
    private static readonly Option<Precision> s_precision = new("--precision")
    {
        Description = "Number format of the products (default fp32).", HelpName = "fp32|bf16", Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => result.Tokens[0].Value switch
        {
            "fp32" => Precision.Fp32,
            "bf16" => Precision.Bf16,
            var other => Refuse<Precision>(result, $"--precision takes one of fp32, bf16, not '{other}'."),
        },
    };

    public static Command Create()
    {
        Command command = new("probe", "Measures how fast this machine runs Vision Transformers and writes its profile, for budgets of latency.")
        {
            s_output, s_threads, s_precision, s_seconds, s_json, s_quiet,
        };
        command.SetAction((parsed, token) => Exit.OfAsync(() => RunAsync(parsed, token), parsed.InvocationConfiguration.Error, token));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken token)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var file = new ProfileFile(parsed.GetRequiredValue(s_output));
        var meter = new DeviceMeter(parsed.GetValue(s_threads), parsed.GetValue(s_precision), TimeSpan.FromSeconds(parsed.GetValue(s_seconds)), TimeProvider.System)
        {
            Note = parsed.GetValue(s_quiet) ? _ => { } : error.WriteLine,
        };
        var profile = await meter.MeasureAsync(token);
        file.Write(profile.ToJson());
        if (parsed.GetValue(s_json)) output.WriteLine(profile.ToJson());
        else output.WriteLine(Sentence(file.Path, profile));
    }

    private static string Sentence(string path, DeviceProfile p) => Invariant(
        $"{path}: {p.Device}, {p.Threads} threads, {p.Precision.ToString().ToLowerInvariant()}; latencies of {p.Fastest * 1e3:G3} to {p.Slowest * 1e3:G3} ms, ")
        + Invariant($"off by {p.Error.Median:P1} (median) and {p.Error.Max:P1} (worst) at {p.Error.Sizes} sizes that were not fitted.");

    private static Option<int> Number(string name, string what, string description, int low, int high, int otherwise) => new(name)
    {
        Description = description, HelpName = what, Arity = ArgumentArity.ExactlyOne, DefaultValueFactory = _ => otherwise,
        CustomParser = result => int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= low && n <= high
            ? n
            : Refuse<int>(result, $"{name} takes a whole number, {low}..{high}, not '{result.Tokens[0].Value}'."),
    };

    private static T? Refuse<T>(ArgumentResult result, string sentence)
    {
        result.AddError(sentence);
        return default;
    }
}
