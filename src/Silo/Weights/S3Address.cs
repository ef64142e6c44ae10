using System.Text.RegularExpressions;
using Learngene.Silo.Hosting;

namespace Learngene.Silo.Weights;

/// <summary>A place in object storage: <c>s3://bucket/prefix</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What every key begins with: empty, or ending with '/'.</param>
internal sealed partial record S3Address(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>Whether a setting means object storage rather than a directory.</summary>
    public static bool Means(string place) => place.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>s3://bucket/prefix</c>.</summary>
    /// <exception cref="StartupException">It is something else.</exception>
    public static S3Address Parse(string place)
    {
        if (!Means(place) || Pattern().Match(place[Scheme.Length..]) is not { Success: true } parts)
            throw new StartupException($"'{place}' is not an address such as s3://bucket/prefix (the bucket: 3 to 63 lower-case letters, digits, '.' and '-').");
        string prefix = parts.Groups["prefix"].Value.Trim('/');
        return new(parts.Groups["bucket"].Value, prefix.Length == 0 ? "" : prefix + "/");
    }

    public override string ToString() => $"{Scheme}{Bucket}/{Prefix}";

    [GeneratedRegex(@"^(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?<prefix>[A-Za-z0-9_./-]*))?\z")]
    private static partial Regex Pattern();
}
