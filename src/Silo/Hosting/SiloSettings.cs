using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Learngene.Silo.Hosting;

/// <summary>
/// Settings of the process. Each comes from the first of: command line (--data-dir), environment (LEARNGENE_DATA_DIR),
/// <c>appsettings.json</c> ("Learngene": { "dataDir": ... }), default. An unknown key is an error that names the nearest known one.
/// </summary>
internal sealed partial record SiloSettings
{
    /// <summary>Directory of everything that is kept. Default .learngene.</summary>
    public string DataDir { get; init; } = ".learngene";
    /// <summary>Port of Orleans' gateway, for CLI and SDK; 0 takes a free one. Default 30000.</summary>
    public int GatewayPort { get; init; } = 30_000;
    /// <summary>Port between silos; 0 takes a free one. Default 11111.</summary>
    public int SiloPort { get; init; } = 11_111;
    /// <summary>Port of HTTP: weights, health, dashboard; 0 takes a free one. Default 8080.</summary>
    public int HttpPort { get; init; } = 8080;
    /// <summary>Address that HTTP listens on. Another than loopback needs a certificate, and tokens. Default 127.0.0.1.</summary>
    public string HttpAddress { get; init; } = "127.0.0.1";
    /// <summary>PEM file of the certificate that HTTP is served with; empty (default) serves without TLS, on loopback alone.</summary>
    public string HttpCertificate { get; init; } = "";
    /// <summary>PEM file of the certificate's key.</summary>
    public string HttpKey { get; init; } = "";
    /// <summary>What clients elsewhere call this silo, such as https://learngene.example:8080; empty (default) is the address it listens on.</summary>
    public string PublicUrl { get; init; } = "";
    /// <summary>Whether the API needs a token on loopback too. Default false.</summary>
    public bool RequireTokens { get; init; }
    /// <summary>Hosted clients that train at once, one thread each; 0 (default) is one per core.</summary>
    public int HostedSlots { get; init; }
    /// <summary>Threads of the CPU lane; 0 (default) is one per core.</summary>
    public int Threads { get; init; }
    /// <summary>Shortest time between two checkpoints of a job, seconds. Default 10.</summary>
    public double CheckpointSeconds { get; init; } = 10;
    /// <summary>How long an unreferenced file stays, hours, 1 or more. Default 24.</summary>
    public double WeightGraceHours { get; init; } = 24;
    /// <summary>Largest file taken in, bytes. Default 64 GB.</summary>
    public long MaxUploadBytes { get; init; } = 64_000_000_000;

    /// <summary>Whether HTTP is reached from this machine alone.</summary>
    internal bool LoopbackHttp => System.Net.IPAddress.IsLoopback(System.Net.IPAddress.Parse(HttpAddress));

    private static readonly PropertyInfo[] s_properties = typeof(SiloSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance);
    // Read by the command-line tool, not by the silo.
    private const string OtherVariable = "LEARNGENE_CLUSTER", OtherKey = "cluster";

    /// <summary>One option of the command line per setting.</summary>
    public static IReadOnlyList<Option<string?>> Options() =>
        [.. s_properties.Select(p => new Option<string?>("--" + Words(p.Name, '-')) { Description = Help(p.Name) })];

    /// <summary>The settings that a command line, the environment and a file make together.</summary>
    /// <exception cref="StartupException">An unknown key or a value that cannot be.</exception>
    public static SiloSettings Read(ParseResult parsed, IReadOnlyList<Option<string?>> options, string file)
    {
        var values = new Dictionary<string, (string Value, string From)>();
        foreach (var (key, value) in FromFile(file)) values[key] = (value, $"'{key}' in {file}");
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (variable.Key is string name && name.StartsWith("LEARNGENE_", StringComparison.Ordinal) && name != OtherVariable)
                values[Known(name, p => "LEARNGENE_" + Words(p, '_').ToUpperInvariant(), "the environment")] = ((string)variable.Value!, name);
        foreach (var (property, option) in s_properties.Zip(options))
            if (parsed.GetValue(option) is { } value) values[property.Name] = (value, option.Name);
        var settings = new SiloSettings();
        foreach (var (key, (value, from)) in values) Set(settings, key, value, from);
        settings.Check();
        return settings;
    }

    private static IEnumerable<(string Key, string Value)> FromFile(string file)
    {
        if (!File.Exists(file)) yield break;
        JsonElement section;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new StartupException($"{file} must be a JSON object.");
            if (!document.RootElement.TryGetProperty("Learngene", out section)) yield break;
            if (section.ValueKind != JsonValueKind.Object) throw new StartupException($"{file} has {section.ValueKind.ToString().ToLowerInvariant()} at 'Learngene'; an object is wanted.");
            section = section.Clone();
        }
        catch (JsonException e)
        {
            throw new StartupException($"{file} is not JSON: {e.Message}");
        }
        foreach (var property in section.EnumerateObject().Where(p => p.Name != OtherKey))
            yield return (Known(property.Name, p => char.ToLowerInvariant(p[0]) + p[1..], file), property.Value.ToString());
    }

    private static string Known(string key, Func<string, string> spelling, string where)
    {
        foreach (var property in s_properties)
            if (spelling(property.Name) == key) return property.Name;
        throw new StartupException($"{where} has no setting '{key}'; did you mean '{Vision.Json.Nearest(key, s_properties.Select(p => spelling(p.Name)))}'?");
    }

    private static void Set(SiloSettings settings, string name, string value, string from)
    {
        var property = s_properties.First(p => p.Name == name);
        try
        {
            property.SetValue(settings, Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new StartupException($"{from} is '{value}'; {(property.PropertyType == typeof(bool) ? "true or false" : "a number")} is needed.");
        }
    }

    private void Check()
    {
        foreach (var (name, port) in (ReadOnlySpan<(string, int)>)[("gateway-port", GatewayPort), ("silo-port", SiloPort), ("http-port", HttpPort)])
            if (port is < 0 or > 65_535) throw new StartupException($"{name} {port} is outside 0..65535.");
        if (!System.Net.IPAddress.TryParse(HttpAddress, out var address)) throw new StartupException($"http-address '{HttpAddress}' is not an IP address, such as 127.0.0.1 or 0.0.0.0.");
        if (HttpCertificate.Length == 0 != (HttpKey.Length == 0)) throw new StartupException("http-certificate and http-key go together; name both PEM files.");
        foreach (var (name, file) in (ReadOnlySpan<(string, string)>)[("http-certificate", HttpCertificate), ("http-key", HttpKey)])
            if (file.Length > 0 && !File.Exists(file)) throw new StartupException($"{name} '{file}' is not there.");
        if (!System.Net.IPAddress.IsLoopback(address) && HttpCertificate.Length == 0)
            throw new StartupException($"http-address {HttpAddress} is not loopback, so HTTP needs TLS: give --http-certificate and --http-key, or listen on 127.0.0.1.");
        if (PublicUrl.Length > 0 && !(Uri.TryCreate(PublicUrl, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new StartupException($"public-url '{PublicUrl}' is not an address such as https://learngene.example:8080.");
        if (HostedSlots is < 0 or > 1024) throw new StartupException($"hosted-slots {HostedSlots} is outside 0..1024.");
        CheckDevices();
        if (Threads is < 0 or > 1024) throw new StartupException($"threads {Threads} is outside 0..1024.");
        if (!(CheckpointSeconds is >= 0.1 and <= 86_400)) throw new StartupException($"checkpoint-seconds {CheckpointSeconds} is outside 0.1..86400.");
        if (!(WeightGraceHours is >= 1 and <= 100_000)) throw new StartupException($"weight-grace-hours {WeightGraceHours} is outside 1..100000.");
        if (MaxUploadBytes < 8) throw new StartupException($"max-upload-bytes {MaxUploadBytes} is below 8.");
        if (string.IsNullOrWhiteSpace(DataDir)) throw new StartupException("data-dir is empty.");
        CheckCluster();
        CheckWeights();
        CheckOperations();
    }

    private static string Help(string name) => name switch
    {
        nameof(DataDir) => "Directory of everything that is kept. Default: .learngene",
        nameof(GatewayPort) => "Port for the CLI and the SDK; 0 takes a free one. Default: 30000",
        nameof(SiloPort) => "Port between silos; 0 takes a free one. Default: 11111",
        nameof(HttpPort) => "Port of weights, health and dashboard; 0 takes a free one. Default: 8080",
        nameof(HttpAddress) => "Address HTTP listens on; another than loopback needs a certificate and tokens. Default: 127.0.0.1",
        nameof(HttpCertificate) => "PEM file of HTTP's certificate. Default: none, without TLS",
        nameof(HttpKey) => "PEM file of the certificate's key",
        nameof(PublicUrl) => "What clients elsewhere call this silo. Default: the address it listens on",
        nameof(RequireTokens) => "true: the API needs a token on loopback too. Default: false",
        nameof(HostedSlots) => "Hosted clients that train at once; 0 is one per core. Default: 0",
        nameof(Threads) => "Threads of the CPU lane; 0 is one per core. Default: 0",
        nameof(CheckpointSeconds) => "Shortest time between checkpoints, seconds. Default: 10",
        nameof(WeightGraceHours) => "How long an unreferenced file stays, hours. Default: 24",
        nameof(MaxUploadBytes) => "Largest file taken in, bytes. Default: 64000000000",
        _ => WeightHelp(name) ?? DeviceHelp(name) ?? OperationsHelp(name) ?? ClusterHelp(name),
    };

    private static string Words(string name, char between) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? between.ToString() : "") + char.ToLowerInvariant(c) : c.ToString()));
}
