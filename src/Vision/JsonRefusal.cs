using System.Text.Json;

namespace Learngene.Vision;

/// <summary>What is wrong with a JSON value, in a sentence of its reader's words: where, what is there, what is allowed.</summary>
internal static class JsonRefusal
{
    private const int LongestValue = 60;
    private const string Missing = "missing required properties including:", Unfit = "could not be converted", Unknown = "could not be mapped";

    /// <summary>The sentence for what <see cref="JsonSerializer"/> found.</summary>
    public static string Sentence<T>(string json, string what, JsonException found)
    {
        string path = found.Path is { Length: > 2 } some ? some[2..] : "";
        string where = path.Length > 0 ? $" at '{path}'" : "", message = FirstSentence(found.Message);
        if (message.IndexOf(Missing, StringComparison.Ordinal) is >= 0 and var at) return $"{what}{where} lacks {message[(at + Missing.Length)..].Trim().TrimEnd('.', ';')}.";
        if (message.Contains(Unknown, StringComparison.Ordinal) && Split(path) is var (parent, key) && TypeAt(typeof(T), parent) is { } type)
            return $"{what}{(parent.Length > 0 ? $" at '{parent}'" : "")} has no key '{key}'; did you mean '{Json.Nearest(key, Json.Strict.GetTypeInfo(type).Properties.Select(p => p.Name))}'?";
        return message.Contains(Unfit, StringComparison.Ordinal) && Allowed(typeof(T), path) is { } allowed && Value(json, path) is { } value
            ? $"{what} has {value}{where}; allowed {allowed}." : $"{what} cannot be read{where}: {message}";
    }

    private static string FirstSentence(string message)
    {
        int path = message.IndexOf(" Path:", StringComparison.Ordinal);
        return path > 0 ? message[..path] : message;
    }

    private static IEnumerable<string> Steps(string path) => path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);

    private static (string Parent, string Key) Split(string path) =>
        path.LastIndexOf('.') is >= 0 and var dot ? (path[..dot], path[(dot + 1)..]) : ("", path);

    private static Type? TypeAt(Type type, string path)
    {
        foreach (string step in Steps(path))
        {
            var info = Json.Strict.GetTypeInfo(type);
            if ((info.Properties.FirstOrDefault(p => p.Name == step)?.PropertyType ?? info.ElementType) is not { } next) return null;
            type = next;
        }
        return type;
    }

    private static string? Allowed(Type root, string path)
    {
        if (TypeAt(root, path) is not { } type) return null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return "are " + string.Join(", ", Enum.GetValues(type).Cast<object>().Select(v => JsonSerializer.SerializeToElement(v, type, Json.Strict).GetString()));
        if (type == typeof(bool)) return "are true and false";
        if (type == typeof(string)) return "is text";
        if (type == typeof(double)) return "is a number";
        return type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "is a whole number" : null;
    }

    private static string? Value(string json, string path)
    {
        using var document = JsonDocument.Parse(json);
        var value = document.RootElement;
        foreach (string step in Steps(path))
        {
            if (value.ValueKind == JsonValueKind.Array && int.TryParse(step, out int i) && i < value.GetArrayLength()) value = value[i];
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value)) return null;
        }
        string text = value.GetRawText();
        return text.Length <= LongestValue ? text : text[..LongestValue] + "...";
    }
}
