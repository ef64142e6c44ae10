namespace Learngene.Sdk.Connecting;

/// <summary>How a cluster is reached.</summary>
public sealed record ClusterConnection
{
    /// <summary>HOST:PORT of a silo's gateway, or of several with commas between: one that answers is enough. Default 127.0.0.1:30000.</summary>
    public string Cluster { get; init; } = LearngeneClient.DefaultCluster;

    /// <summary>Name of the cluster, as its silos have it. Default learngene.</summary>
    public string ClusterId { get; init; } = "learngene";

    /// <summary>PEM file of the certificate to show, where the cluster wants TLS; null (default) speaks without TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the certificate's key.</summary>
    public string? Key { get; init; }

    /// <summary>PEM file of the authorities that silos' certificates must come from; those of HTTP may, besides what this machine trusts.</summary>
    public string? Authorities { get; init; }

    /// <summary>The certificate's files, where there are any.</summary>
    /// <exception cref="FormatException">Some are named and some are not, or one is not there.</exception>
    internal CertificateFiles? Files()
    {
        string?[] named = [Certificate, Key, Authorities];
        if (named.All(string.IsNullOrEmpty)) return null;
        if (named.Any(string.IsNullOrEmpty)) throw new FormatException("the cluster's certificate, key and authorities go together; name three PEM files.");
        if (named.FirstOrDefault(f => !File.Exists(f)) is { } missing) throw new FormatException($"there is no file '{missing}'; a PEM file is wanted.");
        return new(Certificate!, Key!, Authorities!);
    }
}
