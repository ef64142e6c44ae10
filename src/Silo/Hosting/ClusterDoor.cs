using Learngene.Sdk.Connecting;
using Orleans.Configuration;

namespace Learngene.Silo.Hosting;

/// <summary>Who may connect to this silo: with TLS, other silos to the silo's port and clients to the gateway, by their certificates.</summary>
internal static partial class ClusterDoor
{
    /// <summary>Puts TLS under all connections of a silo, where there are certificates.</summary>
    /// <exception cref="StartupException">The certificates cannot be used.</exception>
    public static void AddClusterDoor(this ISiloBuilder silo, SiloSettings settings)
    {
        if (!settings.ClusterTls) return;
        var tls = Read(settings);
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ILoggerFactory>((o, logs) =>
        {
            var log = logs.CreateLogger("Learngene.Silo.ClusterDoor");
            tls.OnUnusable = e => LogUnusable(log, e);
            o.ConfigureSiloInboundConnection(c => c.UseServerTls(tls, Peer.Silo, (who, why) => LogRefused(log, "silo", who, why)));
            o.ConfigureGatewayInboundConnection(c => c.UseServerTls(tls, Peer.Any, (who, why) => LogRefused(log, "gateway", who, why)));
            o.ConfigureSiloOutboundConnection(c => c.UseClientTls(tls, (who, why) => LogNotTaken(log, who, why)));
        });
    }

    private static ClusterTls Read(SiloSettings settings)
    {
        try
        {
            return new(new(settings.ClusterCertificate, settings.ClusterKey, settings.ClusterCa), TimeProvider.System);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException($"the certificates of the cluster ({settings.ClusterCertificate}, {settings.ClusterKey}, {settings.ClusterCa}) cannot be used: {e.Message}");
        }
    }

    [LoggerMessage(LogLevel.Warning, "Refused {Who} at the {Door} port: {Why}")]
    private static partial void LogRefused(ILogger log, string door, string who, string why);
    [LoggerMessage(LogLevel.Warning, "No connection to silo {Who}: {Why}")]
    private static partial void LogNotTaken(ILogger log, string who, string why);
    [LoggerMessage(LogLevel.Error, "The changed certificates of the cluster cannot be used; those read before stay in use")]
    private static partial void LogUnusable(ILogger log, Exception e);
}
