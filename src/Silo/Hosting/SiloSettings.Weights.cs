using Learngene.Silo.Weights;

namespace Learngene.Silo.Hosting;

/// <summary>Settings of the weight store.</summary>
internal sealed partial record SiloSettings
{
    private const long LeastPart = 5 << 20, MostPart = 5L << 30;

    /// <summary>Where weights are kept: a directory, which silos may share, or s3://bucket/prefix; empty (default) is in the data directory.</summary>
    public string Weights { get; init; } = "";
    /// <summary>Directory of this silo's cache of what is in object storage; empty (default) is in the data directory.</summary>
    public string WeightCache { get; init; } = "";
    /// <summary>Bytes that the cache may hold. Default 20 GB.</summary>
    public long WeightCacheBytes { get; init; } = 20_000_000_000;
    /// <summary>Where the S3 server is, such as https://minio.example:9000; empty (default) is Amazon's for the region.</summary>
    public string S3Endpoint { get; init; } = "";
    /// <summary>The region that requests are signed for. Default us-east-1.</summary>
    public string S3Region { get; init; } = "us-east-1";
    /// <summary>Whether the bucket is named in the path instead of the host, as most servers other than Amazon's want it. Default false.</summary>
    public bool S3PathStyle { get; init; }
    /// <summary>Encryption at rest: empty (default, the bucket's own), AES256, aws:kms or aws:kms:KEY.</summary>
    public string S3Encryption { get; init; } = "";
    /// <summary>A file of credentials in the form of ~/.aws/credentials; empty (default): the environment (AWS_ACCESS_KEY_ID, ...), or what the machine is given.</summary>
    public string S3Credentials { get; init; } = "";
    /// <summary>Longer files go up in parts of so many bytes, 5 MiB to 5 GiB. Default 16 MiB.</summary>
    public long S3PartBytes { get; init; } = 16 << 20;
    /// <summary>How long a request is repeated while the server does not answer, seconds, 0 to 86400. Default 300.</summary>
    public double S3PatienceSeconds { get; init; } = 300;

    /// <summary>How object storage is reached.</summary>
    internal S3Options S3 => new()
    {
        Endpoint = S3Endpoint, Region = S3Region, PathStyle = S3PathStyle, Encryption = S3Encryption, CredentialsFile = S3Credentials, PartBytes = S3PartBytes,
        Patience = TimeSpan.FromSeconds(S3PatienceSeconds),
    };

    private void CheckWeights()
    {
        if (S3Address.Means(Weights)) S3Address.Parse(Weights);
        else if (Weights.Contains("://", StringComparison.Ordinal)) throw new StartupException($"weights '{Weights}' is neither a directory nor s3://bucket/prefix.");
        if (S3Endpoint.Length > 0 && !(Uri.TryCreate(S3Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new StartupException($"s3-endpoint '{S3Endpoint}' is not an address such as https://minio.example:9000.");
        if (string.IsNullOrWhiteSpace(S3Region)) throw new StartupException("s3-region is empty; servers without regions take us-east-1.");
        if (S3Encryption is not ("" or "AES256" or "aws:kms") && !(S3Encryption.StartsWith("aws:kms:", StringComparison.Ordinal) && S3Encryption.Length > 8))
            throw new StartupException($"s3-encryption '{S3Encryption}' is none of AES256, aws:kms and aws:kms:KEY.");
        if (S3Credentials.Length > 0 && !File.Exists(S3Credentials)) throw new StartupException($"s3-credentials '{S3Credentials}' is not there.");
        if (S3PartBytes is < LeastPart or > MostPart) throw new StartupException($"s3-part-bytes {S3PartBytes} is outside {LeastPart}..{MostPart}.");
        if (!(S3PatienceSeconds is >= 0 and <= 86_400)) throw new StartupException($"s3-patience-seconds {S3PatienceSeconds} is outside 0..86400.");
        if (WeightCacheBytes < 1_000_000) throw new StartupException($"weight-cache-bytes {WeightCacheBytes} is below 1000000.");
    }

    private static string? WeightHelp(string name) => name switch
    {
        nameof(Weights) => "Where weights are kept: a directory, which silos may share, or s3://bucket/prefix. Default: in the data directory",
        nameof(WeightCache) => "Directory of the cache of what is in object storage. Default: in the data directory",
        nameof(WeightCacheBytes) => "Bytes that the cache may hold. Default: 20000000000",
        nameof(S3Endpoint) => "Where the S3 server is. Default: Amazon's for the region",
        nameof(S3Region) => "The region that requests are signed for. Default: us-east-1",
        nameof(S3PathStyle) => "true: the bucket is named in the path, as most servers other than Amazon's want it. Default: false",
        nameof(S3Encryption) => "Encryption at rest: AES256, aws:kms or aws:kms:KEY. Default: the bucket's own",
        nameof(S3Credentials) => "File in the form of ~/.aws/credentials. Default: the environment, or what the machine is given",
        nameof(S3PartBytes) => "Longer files go up in parts of so many bytes. Default: 16777216",
        nameof(S3PatienceSeconds) => "How long a request is repeated while the server does not answer, seconds. Default: 300",
        _ => null,
    };
}
