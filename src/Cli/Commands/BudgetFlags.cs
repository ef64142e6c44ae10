using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Sdk.Learngenes;

namespace Learngene.Cli.Commands;

/// <summary>What a model may cost.</summary>
internal sealed class BudgetFlags
{
    private const int LongestProfile = 65_536;
    private readonly Option<long?> _params = Flags.Count("--max-params", "The best size of at most so many parameters, such as 3M.");
    private readonly Option<long?> _flops = Flags.Count("--max-flops", "... of at most so many operations for one image, two a multiply-add, such as 150M.");
    private readonly Option<long?> _bytes = Flags.Bytes("--max-bytes", "... whose file has at most so many bytes, such as 4MB.");
    private readonly Option<double?> _latency = Flags.Seconds("--max-latency", "... that takes at most so long for one image, such as 8ms; needs --device-profile.");
    private readonly Option<string?> _profile = Flags.Maybe("--device-profile", "FILE", "What 'learngene-edge probe' measured on the device.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_params, _flops, _bytes, _latency, _profile]) command.Add(option);
    }

    /// <summary>The budget, or null where nothing is limited.</summary>
    public SizeBudget? Of(Call call, int? width, int? depth, int? components, string? type)
    {
        var budget = new SizeBudget
        {
            MaxParams = call.Get(_params), MaxFlops = call.Get(_flops), MaxBytes = call.Get(_bytes), MaxLatency = call.Get(_latency),
            DeviceProfile = call.Get(_profile) is { } file ? Read(file) : null, Type = type, Width = width, Depth = depth, Components = components,
        };
        return budget.Limits() ? budget : null;
    }

    private static JsonObject Read(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"--device-profile '{file}' is not there; 'learngene-edge probe -o {file}' on the device writes one.");
        if (new FileInfo(file).Length > LongestProfile) throw new UsageException($"--device-profile '{file}' is larger than a profile is ({LongestProfile:N0} bytes).");
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new UsageException($"--device-profile '{file}' is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"--device-profile '{file}' is not JSON: {e.Message}");
        }
    }
}
