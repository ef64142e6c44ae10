using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using Learngene.Silo.Hosting;

namespace Learngene.Silo.Weights;

/// <summary>A client of Amazon's SDK as we want it: no repetitions of its own, nothing that servers other than Amazon's do not know.</summary>
internal static class S3Client
{
    private const string CopySource = "x-amz-copy-source";
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    /// <summary>Makes one.</summary>
    /// <exception cref="StartupException">The credentials cannot be read.</exception>
    public static AmazonS3Client Create(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle, MaxErrorRetry = 0, ThrottleRetries = false, Timeout = Timeout.InfiniteTimeSpan, ConnectTimeout = s_connect,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0) (config.ServiceURL, config.AuthenticationRegion) = (options.Endpoint, options.Region);
        else config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        var client = options.CredentialsFile.Length > 0 ? new AmazonS3Client(FromFile(options.CredentialsFile), config) : new(config);
        client.BeforeRequestEvent += (_, e) => WritePlainly(e);
        return client;
    }

    // Not every server reads a copy's source with its slashes encoded; our keys have nothing that must be.
    private static void WritePlainly(RequestEventArgs e)
    {
        if (e is WebServiceRequestEventArgs request && request.Headers.TryGetValue(CopySource, out string? source))
            request.Headers[CopySource] = source.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }

    // The file's content is in no message: it is a secret.
    private static AWSCredentials FromFile(string file)
    {
        try
        {
            var stored = new SharedCredentialsFile(file);
            if (stored.TryGetProfile("default", out var profile) && AWSCredentialsFactory.TryGetAWSCredentials(profile, stored, out var credentials)) return credentials;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"s3-credentials '{file}' cannot be read ({e.GetType().Name}).");
        }
        throw new StartupException($"s3-credentials '{file}' has no [default] with aws_access_key_id and aws_secret_access_key.");
    }
}
