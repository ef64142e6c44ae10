using System.Globalization;
using System.Text.RegularExpressions;

namespace Learngene.Silo.Weights;

/// <summary>
/// What lies where in a bucket: <c>ab/HASH-LENGTH/GENERATION</c>. Every time content is stored it gets a generation of its own, which nobody
/// writes again: so an old one can be removed while the same content is being stored, without a moment at which there is none.
/// </summary>
internal static partial class S3Keys
{
    /// <summary>What the keys of some content begin with. A reference may come from outside, so nothing but a hash becomes a key.</summary>
    public static string Of(WeightRef reference)
    {
        if (!Hash().IsMatch(reference.Sha256))
            throw new ArgumentException($"'{reference.Sha256}' is not a SHA-256 of 64 lower-case hexadecimal digits.", nameof(reference));
        return string.Create(CultureInfo.InvariantCulture, $"{reference.Sha256[..2]}/{reference.Sha256}-{reference.Length}/");
    }

    /// <summary>A key that nobody has used.</summary>
    public static string New(WeightRef reference) => $"{Of(reference)}{Guid.NewGuid():N}";

    /// <summary>Where what is not what its key says is put aside.</summary>
    public static string Quarantined(string key) => "quarantine/" + key;

    /// <summary>The content that a key is for; null if it is for none.</summary>
    public static WeightRef? Read(string key) =>
        Pattern().Match(key) is { Success: true } m && long.TryParse(m.Groups["length"].ValueSpan, CultureInfo.InvariantCulture, out long length) && m.Groups["hash"].Value.StartsWith(m.Groups["two"].Value, StringComparison.Ordinal)
            ? new(m.Groups["hash"].Value, length) : null;

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Hash();

    [GeneratedRegex(@"^(?<two>[0-9a-f]{2})/(?<hash>[0-9a-f]{64})-(?<length>[0-9]{1,18})/[0-9a-f]{32}\z")]
    private static partial Regex Pattern();
}
