using Learngene.Grains.Weights;
using Learngene.Silo.Weights;
using Microsoft.Extensions.Logging.Abstractions;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>A store in a bucket as one silo has it: with a cache on a disk of its own.</summary>
internal sealed class S3Silo : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("learngene-s3-cache-");
    private readonly CancellationTokenSource _stopping = new();

    public S3Silo(S3Server server, string prefix = "silos", long limit = 1_000_000_000, S3Options? options = null)
    {
        options = (options ?? new()) with { Endpoint = options?.Endpoint is { Length: > 0 } other ? other : server.Endpoint, PathStyle = true, CredentialsFile = options?.CredentialsFile is { Length: > 0 } file ? file : server.Credentials };
        Cache = new(_directory.FullName, limit, TimeProvider.System);
        Patience = new(options.Patience, options.Server, TimeProvider.System, _stopping.Token, NullLogger.Instance);
        Store = new(new(S3Address.Parse($"s3://{S3Server.Bucket}/{prefix}"), options, Patience, S3Client.Create(options)), Cache);
    }

    public WeightCache Cache { get; }
    public Patience Patience { get; }
    public S3WeightStore Store { get; }
    public string Root => _directory.FullName;

    /// <summary>As when the process is told to end.</summary>
    public void Stop() => _stopping.Cancel();

    public string[] Cached() => [.. Directory.EnumerateFiles(Root, "*.safetensors", SearchOption.AllDirectories)];
    public string[] Incoming() => Directory.GetFiles(Path.Combine(Root, "incoming"));

    public WeightRef Put(byte[] content) => Store.Put(stream => stream.Write(content));

    public async Task<byte[]> ReadAsync(WeightRef reference)
    {
        await using var file = await Store.OpenAsync(reference);
        using var memory = new MemoryStream();
        await file.CopyToAsync(memory);
        return memory.ToArray();
    }

    public void Dispose()
    {
        Store.Dispose();
        _stopping.Dispose();
        _directory.Delete(recursive: true);
    }
}
