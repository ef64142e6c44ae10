using Learngene.Grains.Weights;
using Learngene.Silo.Hosting;

namespace Learngene.Silo.Weights;

/// <summary>Turns the name of a place, a directory or <c>s3://bucket/prefix</c>, into the store that is there.</summary>
internal sealed partial class WeightPlaces(SiloSettings settings, DataDirectory directory, IHostApplicationLifetime life, TimeProvider time, ILogger<WeightPlaces> log) : IWeightPlaces
{
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(5);
    private readonly Lazy<WeightCache> _cache = new(() =>
        new(settings.WeightCache.Length > 0 ? settings.WeightCache : directory.WeightCache, settings.WeightCacheBytes, time));

    /// <summary>Where this silo keeps its weights.</summary>
    public string Own => settings.Weights.Length > 0 ? settings.Weights : directory.Weights(settings.SharedDir);

    /// <inheritdoc/>
    public IWeightStore Open(string place)
    {
        try
        {
            return S3Address.Means(place) ? new S3WeightStore(Bucket(place), _cache.Value) : DirectoryPlaces.OpenDirectory(place, time);
        }
        catch (StartupException e)
        {
            throw new RefusedException(e.Message);
        }
    }

    /// <summary>Asks object storage something: what it refuses now it would refuse later. If it does not answer, it may when it is needed.</summary>
    /// <exception cref="StartupException">There is no such bucket, or it does not let us in.</exception>
    public async Task CheckAsync(CancellationToken token)
    {
        if (!S3Address.Means(Own)) return;
        try
        {
            using var bucket = Bucket(Own);
            await bucket.Hurried(s_check).ListAsync("00/00", token);
        }
        catch (WeightStoreUnavailableException e) when (e.InnerException is Amazon.Runtime.AmazonServiceException { StatusCode: >= System.Net.HttpStatusCode.BadRequest and < System.Net.HttpStatusCode.InternalServerError })
        {
            throw new StartupException(e.Message);
        }
        catch (WeightStoreUnavailableException e)
        {
            LogNoAnswer(log, e.Message);
        }
    }

    private S3Bucket Bucket(string place)
    {
        var options = settings.S3;
        return new(S3Address.Parse(place), options, new(options.Patience, options.Server, time, life.ApplicationStopping, log), S3Client.Create(options));
    }

    [LoggerMessage(LogLevel.Warning, "{Message} The silo starts nevertheless")]
    private static partial void LogNoAnswer(ILogger log, string message);
}
