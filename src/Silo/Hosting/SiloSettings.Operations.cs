using System.Net;

namespace Learngene.Silo.Hosting;

/// <summary>Settings of what operators look at.</summary>
internal sealed partial record SiloSettings
{
    /// <summary>Address and port of their own that metrics are served on without TLS, such as 0.0.0.0:9464; empty (default): to this machine alone, on the HTTP port.</summary>
    public string MetricsAddress { get; init; } = "";

    /// <summary>Where metrics are served, if on a port of their own.</summary>
    internal IPEndPoint? Metrics => MetricsAddress.Length > 0 ? IPEndPoint.Parse(MetricsAddress) : null;

    private void CheckOperations()
    {
        if (MetricsAddress.Length > 0 && !(IPEndPoint.TryParse(MetricsAddress, out var own) && own.Port > 0))
            throw new StartupException($"metrics-address '{MetricsAddress}' is not an address and a port, such as 0.0.0.0:9464.");
    }

    private static string? OperationsHelp(string name) =>
        name == nameof(MetricsAddress) ? "Address and port of their own that metrics are served on without TLS, such as 0.0.0.0:9464. Default: /metrics on the HTTP port, to this machine alone" : null;
}
