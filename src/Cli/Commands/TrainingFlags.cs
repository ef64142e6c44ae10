using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Cli.Commands;

/// <summary>What commands that train share.</summary>
internal sealed class TrainingFlags
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };
    private readonly Option<int?> _epochs = Flags.Whole("--epochs", "Passes over the training images.");
    private readonly Option<int?> _batch = Flags.Whole("--batch", "Images in a step (default 128).");
    private readonly Option<double?> _lr = Flags.Number("--lr", "Learning rate after warm-up.");
    private readonly Option<ulong?> _seed = Flags.Seed();
    private readonly Option<string?> _precision = Flags.Choice("--precision", "Number format of the products (default fp32).", "fp32", "bf16");
    private readonly Option<int?> _workers = Flags.Whole("--workers", "Train on so many devices side by side (default 1).");
    private readonly Option<int?> _localSteps = Flags.Whole("--local-steps", "With workers: steps of each between two averages (default 50).");
    private readonly Option<string?> _config = Flags.Maybe("--config", "FILE", "A JSON object of settings; the options given here win over it.");
    private readonly Option<string[]> _set = new("--set") { Description = "Any setting, such as --set images=512; repeatable.", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };

    private readonly DeviceFlags _devices = new();

    public readonly Option<bool> Wait = NewWait();

    public static Option<bool> NewWait() => Flags.Switch("--wait", "Show progress until the job ends; Ctrl-C stops watching, not the job.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_epochs, _batch, _lr, _seed, _precision, _workers, _localSteps, _config, _set, Wait]) command.Add(option);
        _devices.AddTo(command);
    }

    /// <summary>The job, with what was said about its device.</summary>
    public JobSpec Place(Call call, JobSpec spec) => _devices.Place(call, spec);

    /// <summary>The settings of the job: the file's, then those set, then the options.</summary>
    /// <exception cref="UsageException">The file cannot be read, or a key is given twice.</exception>
    public string Settings(Call call, params (string Key, JsonNode? Value)[] more)
    {
        var settings = call.Get(_config) is { } file ? Read(file) : [];
        var given = new HashSet<string>();
        void Give(string key, JsonNode? value)
        {
            if (!given.Add(key)) throw new UsageException($"{key} is given twice on the command line; give it once.");
            settings[key] = value;
        }
        foreach (var (key, value) in (ReadOnlySpan<(string, JsonNode?)>)
            [("epochs", call.Get(_epochs)), ("batch", call.Get(_batch)), ("lr", call.Get(_lr)), ("seed", call.Get(_seed)), ("precision", call.Get(_precision)),
                ("workers", call.Get(_workers)), ("localSteps", call.Get(_localSteps)), .. more])
            if (value is not null) Give(key, value);
        foreach (string pair in call.Get(_set) ?? [])
            Give(Key(pair), Value(pair[(pair.IndexOf('=') + 1)..]));
        return settings.ToJsonString();
    }

    private static string Key(string pair) => pair.IndexOf('=') is var at && at > 0
        ? pair[..at].Trim()
        : throw new UsageException($"--set takes KEY=VALUE, such as images=512, not '{pair}'.");

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text, null, s_strict);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static JsonObject Read(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"--config '{file}' is {(Directory.Exists(file) ? "a directory" : "not there")}; a file with a JSON object is wanted.");
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), null, s_strict) as JsonObject ?? throw new UsageException($"--config {file} line 1: a JSON object is wanted.");
        }
        catch (JsonException e)
        {
            string line = e.LineNumber is { } number ? $" line {number + 1}" : "";
            int detail = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new UsageException($"--config {file}{line}: {(detail > 0 ? e.Message[..detail] : e.Message)}");
        }
    }
}
