namespace Learngene.Sdk.Weights;

public sealed partial class WeightsClient
{
    /// <summary>Has everything in the store read and compared with its hash; what is wrong is moved to quarantine.</summary>
    /// <param name="progress">How far it is.</param><param name="token">Stops it.</param>
    /// <returns>The end; what is wrong is in <see cref="WeightCareStatus.Problems"/>.</returns>
    public Task<WeightCareStatus> VerifyAsync(IProgress<WeightCareStatus>? progress = null, CancellationToken token = default) =>
        CareAsync(new(WeightCareKind.Verify), progress, token);

    /// <summary>Has what nothing refers to, and what is older than the silo's grace period, removed.</summary>
    /// <param name="dryRun">Only says what would go.</param><param name="progress">How far it is.</param><param name="token">Stops it.</param>
    /// <returns>The end.</returns>
    public Task<WeightCareStatus> CollectAsync(bool dryRun, IProgress<WeightCareStatus>? progress = null, CancellationToken token = default) =>
        CareAsync(new(WeightCareKind.Collect, dryRun), progress, token);

    /// <summary>Has everything copied elsewhere; what is there already is left out, so a copy that was broken off goes on.</summary>
    /// <param name="to">A directory of the silo's machine, as a whole path, or s3://bucket/prefix with the silo's server and credentials.</param>
    /// <param name="progress">How far it is.</param><param name="token">Stops it.</param>
    /// <returns>The end.</returns>
    /// <exception cref="RefusedException">It is no place.</exception>
    public Task<WeightCareStatus> CopyAsync(string to, IProgress<WeightCareStatus>? progress = null, CancellationToken token = default) =>
        CareAsync(new(WeightCareKind.Copy, To: to), progress, token);

    // A silo that goes takes the work along; the next call begins it again elsewhere.
    private async Task<WeightCareStatus> CareAsync(WeightCare work, IProgress<WeightCareStatus>? progress, CancellationToken token)
    {
        var grain = _grains.GetGrain<IWeightCareGrain>($"{work.Kind.ToString().ToLowerInvariant()}-{Guid.NewGuid():N}");
        try
        {
            for (long revision = 0; ;)
            {
                var status = await Retry.CallAsync(() => grain.Run(work, revision), token);
                progress?.Report(status);
                if (status.Ended) return status;
                revision = status.Revision;
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            await grain.Cancel();
            throw;
        }
    }
}
