namespace Learngene.Silo.Weights;

/// <summary>How object storage is reached.</summary>
internal sealed record S3Options
{
    /// <summary>Where the server is, such as https://minio.example:9000; empty (default) is Amazon's for the region.</summary>
    public string Endpoint { get; init; } = "";
    /// <summary>The region that requests are signed for. Default us-east-1.</summary>
    public string Region { get; init; } = "us-east-1";
    /// <summary>Whether the bucket is named in the path instead of the host. Default false.</summary>
    public bool PathStyle { get; init; }
    /// <summary>Encryption at rest: empty (default, the bucket's own), AES256, aws:kms or aws:kms:KEY.</summary>
    public string Encryption { get; init; } = "";
    /// <summary>A file of credentials in the form of ~/.aws/credentials; empty (default): the environment, or what the machine is given.</summary>
    public string CredentialsFile { get; init; } = "";
    /// <summary>Longer files go up in parts of so many bytes, 5 MiB or more. Default 16 MiB.</summary>
    public long PartBytes { get; init; } = 16 << 20;
    /// <summary>How long a request is repeated while the server does not answer. Default 5 min.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What errors call the server.</summary>
    public string Server => Endpoint.Length > 0 ? Endpoint : $"Amazon S3 ({Region})";
}
