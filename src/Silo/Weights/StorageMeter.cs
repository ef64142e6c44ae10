using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Learngene.Silo.Weights;

/// <summary>What an operator wants to know of object storage and of the cache before it.</summary>
internal static class StorageMeter
{
    private static readonly Meter s_meter = new("Learngene");
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("learngene.storage.duration", "s", "Time of a request to object storage, by operation and outcome.");
    private static readonly Counter<long> s_repeated = s_meter.CreateCounter<long>("learngene.storage.retries", description: "Requests to object storage that were tried again.");
    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>("learngene.storage.bytes", "By", "Bytes to (up) and from (down) object storage.");
    private static readonly Counter<long> s_cache = s_meter.CreateCounter<long>("learngene.weights.cache.requests", description: "Files wanted from the weight cache, by outcome: hit or miss.");
    private static readonly Counter<long> s_evicted = s_meter.CreateCounter<long>("learngene.weights.cache.evicted", "By", "Bytes that made room in the weight cache.");
    private static readonly UpDownCounter<long> s_cached = s_meter.CreateUpDownCounter<long>("learngene.weights.cache.size", "By", "Bytes in the weight cache.");

    /// <summary>Times one attempt.</summary>
    public static async Task<T> TimeAsync<T>(string operation, Func<Task<T>> attempt)
    {
        long start = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            var answer = await attempt();
            outcome = "done";
            return answer;
        }
        finally
        {
            s_duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Tag("operation", operation), Tag("outcome", outcome));
        }
    }

    public static void Repeated(string operation) => s_repeated.Add(1, Tag("operation", operation));
    public static void Up(long bytes) => s_bytes.Add(bytes, Tag("direction", "up"));
    public static void Down(long bytes) => s_bytes.Add(bytes, Tag("direction", "down"));
    public static void Wanted(bool hit) => s_cache.Add(1, Tag("outcome", hit ? "hit" : "miss"));
    public static void Evicted(long bytes) => s_evicted.Add(bytes);
    public static void Cached(long change) => s_cached.Add(change);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
