using System.Net;

namespace Learngene.Silo.Hosting;

/// <summary>What a silo among others needs to know.</summary>
internal sealed partial record SiloSettings
{
    private static readonly string[] s_clusterings = ["embedded", "postgres", "redis"];

    /// <summary>Where membership, grain state and reminders are: embedded (this process alone, SQLite), postgres or redis. Default embedded.</summary>
    public string Clustering { get; init; } = "embedded";
    /// <summary>Connection string of PostgreSQL or Redis. A secret: better from the environment (LEARNGENE_CONNECTION) or a file. Default none.</summary>
    public string Connection { get; init; } = "";
    /// <summary>File that holds the connection string and nothing else. Default none.</summary>
    public string ConnectionFile { get; init; } = "";
    /// <summary>Name of the cluster: silos and clients of another name do not speak with it. Default learngene.</summary>
    public string ClusterId { get; init; } = "learngene";
    /// <summary>Name under which state is kept; stays the same for as long as the state is wanted. Default learngene.</summary>
    public string ServiceId { get; init; } = "learngene";
    /// <summary>IP address that silo and gateway listen on. Another than loopback needs TLS. Default 127.0.0.1.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";
    /// <summary>IP address at which other silos and clients reach this one; empty (default) is the listening address.</summary>
    public string AdvertisedAddress { get; init; } = "";
    /// <summary>Directory that all silos of a cluster see: weights and federations. Needed in a cluster; default is the data directory.</summary>
    public string SharedDir { get; init; } = "";
    /// <summary>PEM file of the certificate that this silo shows silos and clients, and its chain; empty (default) is no TLS.</summary>
    public string ClusterCertificate { get; init; } = "";
    /// <summary>PEM file of the certificate's key.</summary>
    public string ClusterKey { get; init; } = "";
    /// <summary>PEM file of the authorities that certificates of silos and clients must come from.</summary>
    public string ClusterCa { get; init; } = "";
    /// <summary>Lets a cluster do without TLS where it would be required: for a network that nobody else is on. Default false.</summary>
    public bool InsecureCluster { get; init; }

    /// <summary>Whether there may be other silos.</summary>
    internal bool Clustered => Clustering != "embedded";

    /// <summary>Whether silos and clients speak TLS.</summary>
    internal bool ClusterTls => ClusterCertificate.Length > 0;

    /// <summary>Where others reach this silo.</summary>
    internal IPAddress Advertised => IPAddress.Parse(AdvertisedAddress.Length > 0 ? AdvertisedAddress : ListenAddress);

    /// <summary>The connection string, from its setting or its file.</summary>
    /// <exception cref="StartupException">There is none.</exception>
    internal string ReadConnection()
    {
        if (ConnectionFile.Length == 0)
            return Connection.Length > 0 ? Connection : throw new StartupException($"clustering {Clustering} needs a connection: set LEARNGENE_CONNECTION or --connection-file.");
        try
        {
            return File.ReadAllText(ConnectionFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"connection-file '{ConnectionFile}' cannot be read: {e.Message}");
        }
    }

    /// <summary>Nothing of what it holds: there are secrets in it.</summary>
    public override string ToString() => nameof(SiloSettings);

    private void CheckCluster()
    {
        if (!s_clusterings.Contains(Clustering)) throw new StartupException($"clustering '{Clustering}' is not one of {string.Join(", ", s_clusterings)}.");
        if (Connection.Length > 0 && ConnectionFile.Length > 0) throw new StartupException("connection and connection-file exclude one another; give one of them.");
        if (!Clustered && (Connection.Length > 0 || ConnectionFile.Length > 0)) throw new StartupException("a connection is given, but clustering is embedded; give --clustering postgres or redis as well.");
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("cluster-id", ClusterId), ("service-id", ServiceId)])
            if (value.Length is 0 or > 100 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                throw new StartupException($"{name} '{value}' is not allowed: letters, digits, '.', '_' and '-', 1 to 100 characters.");
        if (!IPAddress.TryParse(ListenAddress, out var listen)) throw new StartupException($"listen-address '{ListenAddress}' is not an IP address, such as 127.0.0.1 or 0.0.0.0.");
        if (AdvertisedAddress.Length > 0 && !IPAddress.TryParse(AdvertisedAddress, out _)) throw new StartupException($"advertised-address '{AdvertisedAddress}' is not an IP address, such as 10.0.0.7.");
        if (Advertised.Equals(IPAddress.Any) || Advertised.Equals(IPAddress.IPv6Any))
            throw new StartupException($"listen-address {ListenAddress} is every address of this machine; say with --advertised-address at which of them other silos reach it.");
        if (ClusterCertificate.Length == 0 != (ClusterKey.Length == 0) || ClusterCertificate.Length == 0 != (ClusterCa.Length == 0))
            throw new StartupException("cluster-certificate, cluster-key and cluster-ca go together; name three PEM files.");
        foreach (var (name, file) in (ReadOnlySpan<(string, string)>)[("cluster-certificate", ClusterCertificate), ("cluster-key", ClusterKey), ("cluster-ca", ClusterCa)])
            if (file.Length > 0 && !File.Exists(file)) throw new StartupException($"{name} '{file}' is not there.");
        if (InsecureCluster && ClusterTls) throw new StartupException("insecure-cluster and cluster-certificate exclude one another; leave one of them out.");
        if (!IPAddress.IsLoopback(listen) && !ClusterTls && !InsecureCluster)
            throw new StartupException($"listen-address {ListenAddress} is not loopback, so silo and gateway need TLS: give --cluster-certificate, --cluster-key and --cluster-ca, or listen on 127.0.0.1 (or --insecure-cluster true on a network that nobody else is on).");
    }

    /// <summary>Refuses a cluster without TLS in production, which is what an environment is that says nothing else.</summary>
    /// <exception cref="StartupException">It lacks TLS, or a directory that all silos see.</exception>
    internal void RequireFitForServing(string environment)
    {
        if (!Clustered) return;
        if (SharedDir.Length == 0) throw new StartupException($"clustering {Clustering} needs --shared-dir: a directory that all silos see, for weights and federations.");
        if (!ClusterTls && !InsecureCluster && environment == "Production")
            throw new StartupException($"clustering {Clustering} in environment {environment} needs TLS between silos: give --cluster-certificate, --cluster-key and --cluster-ca (or DOTNET_ENVIRONMENT=Development, or --insecure-cluster true on a network that nobody else is on).");
    }

    private static string ClusterHelp(string name) => name switch
    {
        nameof(Clustering) => "embedded, postgres or redis: where membership and state are. Default: embedded",
        nameof(Connection) => "Connection of PostgreSQL or Redis; better LEARNGENE_CONNECTION or a file, since others see command lines",
        nameof(ConnectionFile) => "File that holds the connection",
        nameof(ClusterId) => "Name of the cluster. Default: learngene",
        nameof(ServiceId) => "Name under which state is kept. Default: learngene",
        nameof(ListenAddress) => "IP address silo and gateway listen on; another than loopback needs TLS. Default: 127.0.0.1",
        nameof(AdvertisedAddress) => "IP address at which others reach this silo. Default: the listening address",
        nameof(SharedDir) => "Directory that all silos see: weights and federations. Default: the data directory, if embedded",
        nameof(ClusterCertificate) => "PEM file of the certificate shown to silos and clients. Default: none, without TLS",
        nameof(ClusterKey) => "PEM file of the certificate's key",
        nameof(ClusterCa) => "PEM file of the authorities that others' certificates must come from",
        nameof(InsecureCluster) => "true: a cluster without TLS, for a network that nobody else is on. Default: false",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "a setting without a description."),
    };
}
