using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Learngene.Vision.Federation;

/// <summary>What a reader of nested settings refuses in words of its own: unknown, missing and empty keys, however deep.</summary>
internal static class SettingsJson
{
    /// <summary>Walks a JSON object along the properties of a type.</summary>
    public static void Check(JsonElement element, Type type, string what)
    {
        var properties = Json.Strict.GetTypeInfo(type).Properties.ToDictionary(p => p.Name);
        foreach (var member in element.EnumerateObject())
        {
            if (!properties.TryGetValue(member.Name, out var property))
                throw new InvalidInputException($"{what} has no key '{member.Name}'; did you mean '{Json.Nearest(member.Name, properties.Keys)}'?");
            if (member.Value.ValueKind == JsonValueKind.Null && !MayBeNull(property))
                throw new InvalidInputException($"{what} has null for '{member.Name}'; leave the key out to have its default.");
            if (member.Value.ValueKind == JsonValueKind.Object && Json.Strict.GetTypeInfo(property.PropertyType).Kind == JsonTypeInfoKind.Object)
                Check(member.Value, property.PropertyType, $"{what}'s '{member.Name}'");
        }
        foreach (var property in properties.Values.Where(p => p.IsRequired))
            if (!element.TryGetProperty(property.Name, out _))
                throw new InvalidInputException($"{what} lacks the key '{property.Name}'.");
    }

    private static bool MayBeNull(JsonPropertyInfo property) =>
        property.AttributeProvider is not PropertyInfo info || new NullabilityInfoContext().Create(info).WriteState != NullabilityState.NotNull;
}
