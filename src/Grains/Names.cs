using System.Text.RegularExpressions;

namespace Learngene.Grains;

/// <summary>Names are paths such as <c>fashion/lets</c>; a version or tag follows an @.</summary>
internal static partial class Names
{
    private const int Longest = 200;

    /// <summary>Refuses what is not a name.</summary>
    public static void Require(string name)
    {
        if (name.Length > Longest || !Pattern().IsMatch(name))
            throw new RefusedException($"name '{(name.Length > 60 ? name[..60] + "..." : name)}' is not allowed: letters, digits, '.', '_' and '-', in parts divided by '/', {Longest} characters at most.");
    }

    /// <summary>NAME, NAME@VERSION or NAME@TAG in its two parts.</summary>
    public static (string Name, string? Selector) Split(string reference)
    {
        int at = reference.IndexOf('@');
        var (name, selector) = at < 0 ? (reference, null) : (reference[..at], reference[(at + 1)..]);
        Require(name);
        if (selector is not null) RequireTag(selector);
        return (name, selector);
    }

    /// <summary>Refuses what is not a tag or a number.</summary>
    public static void RequireTag(string tag)
    {
        if (tag.Length > 60 || !TagPattern().IsMatch(tag))
            throw new RefusedException($"'{(tag.Length > 60 ? tag[..60] + "..." : tag)}' is neither a version nor a tag: a number, or letters, digits, '.', '_' and '-'.");
    }

    /// <summary>Refuses what is not the name of a client.</summary>
    public static void RequireClient(string client)
    {
        if (client.Length > 100 || !TagPattern().IsMatch(client))
            throw new RefusedException($"client name '{(client.Length > 60 ? client[..60] + "..." : client)}' is not allowed: letters, digits, '.', '_' and '-', 100 characters at most.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex TagPattern();
}
