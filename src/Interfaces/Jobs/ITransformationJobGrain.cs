using Orleans.Concurrency;

namespace Learngene.Jobs;

/// <summary>One piece of work on tensors, from the request to its result; the key is the job's id. Every verb may be retried.</summary>
[Alias("learngene.job")]
public interface ITransformationJobGrain : IGrainWithStringKey
{
    /// <summary>Queues the job, once: repeated with the same specification it only tells where the job is.</summary>
    /// <exception cref="RefusedException">The specification cannot be carried out, or the job has another one; nothing is stored.</exception>
    [Alias("Start"), ResponseTimeout("00:00:25")] Task<JobStatus> Start(JobSpec spec);

    /// <summary>The job as it is.</summary>
    /// <exception cref="RefusedException">There is no such job.</exception>
    [Alias("Get"), AlwaysInterleave] Task<JobStatus> Get();

    /// <summary>Waits until the job is newer than <paramref name="revision"/>, at most 15 seconds, and tells how it is.</summary>
    /// <exception cref="RefusedException">There is no such job.</exception>
    [Alias("Watch"), AlwaysInterleave] Task<JobStatus> Watch(long revision);

    /// <summary>Stops the job; its last checkpoint is kept. A job that has ended stays as it is.</summary>
    [Alias("Cancel")] Task<JobStatus> Cancel();

    /// <summary>Queues a failed or cancelled job again from its last checkpoint, and a completed one whose file is gone. Any other stays as it is.</summary>
    [Alias("Resume"), ResponseTimeout("00:00:25")] Task<JobStatus> Resume();

    /// <summary>The weights this job still needs, for the collector of unreferenced ones.</summary>
    [Alias("References"), AlwaysInterleave] Task<IReadOnlyList<WeightRef>> References();

    /// <summary>Tells the job that its pool has something for it. Answers whether it still wants a device, or has one.</summary>
    [Alias("Wake"), AlwaysInterleave] Task<bool> Wake();
}
