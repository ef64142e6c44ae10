using System.Net.Sockets;
using Amazon.Runtime;
using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

/// <summary>
/// Repeats what fails in passing, with pauses that double, for so long and no longer. When the silo stops, seconds are left instead of minutes.
/// </summary>
/// <param name="longest">How long.</param>
/// <param name="server">What errors call the other side.</param>
/// <param name="time">Measures it.</param>
/// <param name="stopping">Tells that the silo stops.</param>
/// <param name="log">Told of each repetition.</param>
internal sealed partial class Patience(TimeSpan longest, string server, TimeProvider time, CancellationToken stopping, ILogger log)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100), s_longestPause = TimeSpan.FromSeconds(5), s_whenStopping = TimeSpan.FromSeconds(4);
    private readonly Random _jitter = new(Environment.ProcessId); // only so that silos do not come back in step

    /// <summary>The same with less of it, for callers who are waited for.</summary>
    public Patience AtMost(TimeSpan limit) => limit < longest ? new(limit, server, time, stopping, log) : this;

    /// <summary>Carries an attempt out until it succeeds.</summary>
    /// <param name="what">What it does, such as <c>read s3://bucket/key</c>.</param>
    /// <param name="attempt">May be repeated; is cancelled when it takes longer than an attempt may.</param>
    /// <param name="limit">How long one attempt may take.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="WeightStoreUnavailableException">It did not succeed in time, or was refused.</exception>
    public async Task<T> TryAsync<T>(string what, Func<CancellationToken, Task<T>> attempt, TimeSpan limit, CancellationToken token)
    {
        long start = time.GetTimestamp();
        var pause = s_firstPause;
        for (int tries = 1; ; tries++)
        {
            using var over = new CancellationTokenSource(limit, time);
            using var hurry = stopping.Register(() => over.CancelAfter(s_whenStopping));
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, token);
            try
            {
                return await StorageMeter.TimeAsync(what.Split(' ')[0], () => attempt(either.Token));
            }
            catch (Exception e) when (!token.IsCancellationRequested && (over.IsCancellationRequested || IsPassing(e)))
            {
                var left = (stopping.IsCancellationRequested ? s_whenStopping : longest) - time.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                    throw new WeightStoreUnavailableException($"the object store {server} did not {what} in {time.GetElapsedTime(start).TotalSeconds:F0} s and {tries} tries ({Reason(e)}).", e, stopping.IsCancellationRequested);
                if (tries == 3) LogRepeats(log, server, what, Reason(e));
                StorageMeter.Repeated(what.Split(' ')[0]);
                await PauseAsync(pause < left ? pause : left, token);
            }
            catch (AmazonServiceException e) when (e.StatusCode is not System.Net.HttpStatusCode.NotFound || e.ErrorCode == "NoSuchBucket")
            {
                throw new WeightStoreUnavailableException($"the object store {server} refused to {what}: {Reason(e)}; check bucket, region and credentials.", e);
            }
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken token)
    {
        double share;
        lock (_jitter) share = 0.5 + (0.5 * _jitter.NextDouble());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, token);
        await Task.Delay(pause * share, time, stopping.IsCancellationRequested ? token : either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
    }

    private static bool IsPassing(Exception e) => e switch
    {
        AmazonServiceException s => (int)s.StatusCode is 0 or 408 or 429 or 500 or > 501 || s.ErrorCode is "SlowDown" or "RequestTimeout" or "RequestTimeTooSkewed" or "BadDigest",
        IOException io => !io.IsDiskFull(),
        HttpRequestException or SocketException or TimeoutException => true,
        AmazonClientException { InnerException: { } inner } => IsPassing(inner),
        _ => false,
    };

    private static string Reason(Exception e) => e switch
    {
        AmazonServiceException { ErrorCode: { Length: > 0 } code } s => $"{code}: {s.Message}",
        OperationCanceledException => "no answer",
        _ => e.GetBaseException().Message,
    };

    [LoggerMessage(LogLevel.Warning, "{Server} does not {What} ({Reason}); trying on")]
    private static partial void LogRepeats(ILogger log, string server, string what, string reason);
}
