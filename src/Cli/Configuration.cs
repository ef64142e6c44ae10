using System.Text.Json;
using System.Text.RegularExpressions;
using Learngene.Sdk;

namespace Learngene.Cli;

/// <summary>
/// What a command line leaves open comes from the environment (LEARNGENE_CLUSTER), else from <c>appsettings.json</c> in the folder it is called in
/// ("Learngene": { "cluster": ... }), else it is the default. Both may hold a silo's settings as well; a key that nobody knows is a mistake.
/// </summary>
internal static partial class Configuration
{
    private const string FileName = "appsettings.json", Section = "Learngene", Prefix = "LEARNGENE_";

    private static readonly Lazy<(Dictionary<string, string> Values, string? Mistake)> s_file = new(ReadFile);

    /// <summary>Keys of the command line.</summary>
    public static readonly IReadOnlyList<string> Own = ["cluster", "clusterId", "clusterCertificate", "clusterKey", "clusterCa"];

    /// <summary>Keys of silos alone; a test holds them against a silo's settings.</summary>
    public static readonly IReadOnlyList<string> Silo =
    [
        "dataDir", "gatewayPort", "siloPort", "httpPort", "httpAddress", "httpCertificate", "httpKey", "publicUrl", "requireTokens", "hostedSlots", "threads", "devicePool",
        "deviceMemory", "checkpointSeconds", "weightGraceHours", "maxUploadBytes", "metricsAddress", "weights", "weightCache", "weightCacheBytes",
        "s3Endpoint", "s3Region", "s3PathStyle", "s3Encryption", "s3Credentials", "s3PartBytes", "s3PatienceSeconds", "clustering", "connection",
        "connectionFile", "serviceId", "listenAddress", "advertisedAddress", "sharedDir", "insecureCluster",
    ];

    /// <summary>What the environment or the file has for a key, or null.</summary>
    public static string? Find(string key) =>
        Environment.GetEnvironmentVariable(Variable(key)) is { Length: > 0 } named ? named : s_file.Value.Values.GetValueOrDefault(key) is { Length: > 0 } written ? written : null;

    /// <summary>The first mistake in the environment or the file as one sentence, or null.</summary>
    public static string? Mistake()
    {
        string[] known = [.. Own, .. Silo], variables = [.. known.Select(Variable)];
        if (Environment.GetEnvironmentVariables().Keys.OfType<string>().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && !ServiceLink().IsMatch(n)).Order()
            .FirstOrDefault(n => !variables.Contains(n)) is { } stranger)
            return $"the environment has no setting '{stranger}'; did you mean '{Spelling.Nearest(stranger, variables)}'?";
        var (values, mistake) = s_file.Value;
        return mistake ?? (values.Keys.FirstOrDefault(k => !known.Contains(k)) is { } key ? $"{FileName} has no setting '{key}'; did you mean '{Spelling.Nearest(key, known)}'?" : null);
    }

    /// <summary>The environment's name of a key: LEARNGENE_CLUSTER_CA for clusterCa.</summary>
    public static string Variable(string key) => Prefix + string.Concat(key.Select(c => char.IsAsciiLetterUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    // What Kubernetes sets in the pods of a namespace that has a service called learngene.
    [GeneratedRegex(@"_SERVICE_HOST$|_SERVICE_PORT(_|$)|^LEARNGENE_PORT(_|$)")]
    private static partial Regex ServiceLink();

    private static (Dictionary<string, string> Values, string? Mistake) ReadFile()
    {
        if (!File.Exists(FileName)) return ([], null);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(FileName), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return ([], $"{FileName} must be a JSON object.");
            if (!document.RootElement.TryGetProperty(Section, out var section)) return ([], null);
            return section.ValueKind == JsonValueKind.Object
                ? (section.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()), null) : ([], $"{FileName} has {section.ValueKind.ToString().ToLowerInvariant()} at '{Section}'; an object is wanted.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return ([], $"{FileName} cannot be read: {Usage.OneLine(e.Message)}");
        }
    }
}
