using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Learngene.Vision;

/// <summary>How settings are read and written: camelCase, unknown keys refused with the nearest known one.</summary>
public static class Json
{
    /// <summary>Refuses unknown keys; writes members in declaration order without white space.</summary>
    public static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        MaxDepth = 16,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ForgetIgnored, Training.UnusedOptions.LeaveOut } },
    };

    /// <summary>Reads a settings object: a difference to the defaults of <typeparamref name="T"/>.</summary>
    /// <exception cref="InvalidInputException">Not JSON, an unknown key or a value of the wrong type; names it and what is allowed.</exception>
    public static T Parse<T>(string json, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidInputException($"{what} must be a JSON object, not {document.RootElement.ValueKind.ToString().ToLowerInvariant()}.");
            RefuseUnknownKeys<T>(document.RootElement, what);
            return document.RootElement.Deserialize<T>(Strict) ?? throw new InvalidInputException($"{what} is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(JsonRefusal.Sentence<T>(json, what, e));
        }
    }

    // What [JsonIgnore] leaves out is no key; else it would be taken for known and passed over.
    private static void ForgetIgnored(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
            if (type.Properties[i] is { Get: null, Set: null }) type.Properties.RemoveAt(i);
    }

    private static void RefuseUnknownKeys<T>(JsonElement root, string what)
    {
        string[] known = [.. Strict.GetTypeInfo(typeof(T)).Properties.Select(p => p.Name)];
        foreach (var property in root.EnumerateObject())
            if (!known.Contains(property.Name))
                throw new InvalidInputException($"{what} has no key '{property.Name}'; did you mean '{Nearest(property.Name, known)}'?");
    }

    /// <summary>The candidate with the smallest edit distance to <paramref name="word"/>.</summary>
    public static string Nearest(string word, IEnumerable<string> candidates) => candidates.MinBy(c => Distance(word, c)) ?? "";

    private static int Distance(string a, string b)
    {
        a = a[..Math.Min(a.Length, 64)].ToLowerInvariant();
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == char.ToLowerInvariant(b[j - 1]) ? 0 : 1)));
        }
        return row[^1];
    }
}
