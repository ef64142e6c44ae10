using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Learngene.Sdk.Experiments;

/// <summary>Reads experiments and refuses what they cannot mean.</summary>
public static class ExperimentFile
{
    private const int MostCells = 100_000;

    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, MaxDepth = 16,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>The experiment in a file.</summary>
    /// <exception cref="ExperimentException">It says which field, which value, what is allowed.</exception>
    public static Experiment Read(string path)
    {
        if (!File.Exists(path)) throw new ExperimentException($"there is no file '{path}'; an experiment in JSON is wanted.");
        if (new FileInfo(path).Length > 1 << 20) throw new ExperimentException($"'{path}' is larger than 1 MB, which no experiment is.");
        return Parse(File.ReadAllText(path));
    }

    /// <summary>The experiment in a text.</summary>
    /// <exception cref="ExperimentException">It says which field, which value, what is allowed.</exception>
    public static Experiment Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 16, AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            RefuseUnknown(document.RootElement, typeof(Experiment), "");
            return Checked(document.RootElement.Deserialize<Experiment>(Json) ?? throw new ExperimentException("the experiment is null."));
        }
        catch (JsonException e)
        {
            string message = e.Message.Split(" Path:")[0].Split(" LineNumber:")[0].TrimEnd('.');
            throw new ExperimentException($"the experiment cannot be read{(e.Path is { Length: > 2 } p ? $" at '{p[2..]}'" : "")}{(e.LineNumber is { } line ? $", line {line + 1}" : "")}: {message}.");
        }
    }

    /// <summary>A size from its text.</summary>
    internal static (int Width, int Depth) Size(string text)
    {
        string[] parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], out int width) && int.TryParse(parts[1], out int depth) && width is > 0 and <= 16_384 && depth is > 0 and <= 256
            ? (width, depth)
            : throw new ExperimentException($"size '{text}' is not WIDTHxDEPTH, such as 48x3.");
    }

    private static void RefuseUnknown(JsonElement element, Type type, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new ExperimentException($"{(path.Length == 0 ? "the experiment" : path)} must be a JSON object.");
        var properties = Json.GetTypeInfo(type).Properties.ToDictionary(p => p.Name, p => p.PropertyType);
        foreach (var member in element.EnumerateObject())
        {
            if (!properties.TryGetValue(member.Name, out var known))
                throw new ExperimentException($"{(path.Length == 0 ? "the experiment" : path)} has no key '{member.Name}'; did you mean '{Spelling.Nearest(member.Name, properties.Keys)}'?");
            if (known == typeof(IReadOnlyList<Method>) && member.Value.ValueKind == JsonValueKind.Array)
                foreach (var (method, i) in member.Value.EnumerateArray().Select((m, i) => (m, i))) RefuseUnknown(method, typeof(Method), $"methods[{i}]");
            else if (known.Namespace == typeof(Experiment).Namespace && member.Value.ValueKind == JsonValueKind.Object)
                RefuseUnknown(member.Value, known, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
        }
    }

    // Whether a size is wider than the width that the method's settings give, or they give none.
    private static bool WiderThan(Method method, Experiment e) =>
        (method.Settings["width"] ?? e.Settings["width"]) is not JsonValue given || !given.TryGetValue(out int width) || (method.Sizes ?? e.Sizes).Any(s => Size(s).Width > width);

    private static Experiment Checked(Experiment e)
    {
        void Refuse(bool when, string sentence)
        {
            if (when) throw new ExperimentException(sentence);
        }
        Refuse(e.Name.Length is 0 or > 200, "name is empty or longer than 200 characters.");
        Refuse(e.Seeds.Count == 0, "seeds is empty; give at least one, such as [1, 2, 3].");
        Refuse(e.Methods.Count == 0, "methods is empty; give at least one.");
        Refuse(e.Patch < 1, $"patch {e.Patch} is not positive.");
        Refuse(e.HeadDim < 1, $"headDim {e.HeadDim} is not positive.");
        Refuse(e.Ancestry.Model is null && (e.Ancestry.Width < 1 || e.Ancestry.Depth < 1 || e.Ancestry.Epochs < 1), "ancestry needs either model, or width, depth and epochs above 0.");
        foreach (var method in e.Methods)
        {
            Refuse(!MethodKinds.All.Contains(method.Kind), $"methods: kind '{method.Kind}' is unknown; allowed are {string.Join(", ", MethodKinds.All)}.");
            Refuse(e.Methods.Count(m => m.Title == method.Title) > 1, $"methods: two are called '{method.Title}'; give them names.");
            var epochs = method.Epochs ?? e.Epochs;
            Refuse(epochs.Count == 0 || epochs.Any(n => n < 0), $"methods: epochs of '{method.Title}' must be a list of numbers, 0 or more.");
            Refuse(MethodKinds.FromRandom(method.Kind) && method.Epochs is null, $"methods: '{method.Title}' starts from random weights, so it needs its own epochs, such as \"epochs\": [10].");
            Refuse(MethodKinds.FromRandom(method.Kind) && epochs.Contains(0), $"methods: '{method.Title}' starts from random weights; 0 epochs of that are not measured.");
            foreach (string size in method.Sizes ?? e.Sizes)
                Refuse(Size(size).Width % e.HeadDim != 0, $"size '{size}': the width is not a multiple of headDim {e.HeadDim}.");
            Refuse(method.Kind == "decomposition" && !MethodKinds.OneWidth(e, method) && WiderThan(method, e),
                $"methods: '{method.Title}' has componentWidth, so one stage serves every width; its settings need a width that none of its sizes exceeds.");
            Refuse(e.Settings.ContainsKey("steps") || e.Tune.ContainsKey("steps") || method.Tune.ContainsKey("steps"), $"methods: the tuning of '{method.Title}' has steps; a comparison goes by epochs.");
            Refuse((method.Sizes ?? e.Sizes).Count == 0, "sizes is empty; give at least one, such as [\"48x3\"].");
            Refuse((method.Components ?? e.Components).Any(k => k is < 1 or > 256), $"methods: components of '{method.Title}' are outside 1..256.");
        }
        foreach (string metric in e.Metrics)
            Refuse(metric is not ("accuracy" or "loss"), $"metrics: '{metric}' is unknown; allowed are accuracy and loss.");
        Refuse(e.Reference is { } reference && e.Methods.All(m => m.Title != reference), $"reference '{e.Reference}' is none of the methods: {string.Join(", ", e.Methods.Select(m => m.Title))}.");
        Refuse(ExperimentPlan.Count(e) > MostCells, $"the experiment has {ExperimentPlan.Count(e):N0} cells; at most {MostCells:N0} are allowed.");
        SettingKeys.Check(e);
        return e;
    }
}

/// <summary>An experiment that cannot be carried out as it is written.</summary>
/// <param name="message">Which field, which value, what is allowed.</param>
public sealed class ExperimentException(string message) : Exception(message);
