using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Cli.Output;

/// <summary>What commands that start or follow work answer.</summary>
internal static class JobAnswer
{
    /// <summary>Answers with a job just begun, or follows it to its end first.</summary>
    public static async Task<int> BegunAsync(Call call, LearngeneClient client, JobStatus job, bool wait)
    {
        if (wait) return Ended(call, await new JobWatch(call, client).FollowAsync(job.Id));
        call.Answer(Documents.Job(job), people => people.WriteLine(job.Id));
        if (!call.Json) call.Note($"queued; watch it with: learngene jobs watch {job.Id}");
        return Exit.Done;
    }

    /// <summary>Answers with a job that has ended; its failure is a sentence and a code.</summary>
    public static int Ended(Call call, JobStatus job)
    {
        Show(call, job);
        if (job.State == JobState.Completed) return Exit.Done;
        call.Terminal.Error.WriteLine(Usage.OneLine(job.Error ?? $"job {job.Id} was cancelled; go on with: learngene jobs resume {job.Id}"));
        return job.InputError ? Exit.Wrong : Exit.Failed;
    }

    /// <summary>Answers with a job as it is.</summary>
    public static void Show(Call call, JobStatus job) => call.Answer(Documents.Job(job), _ => Tables.Facts(call,
        ("job", job.Id),
        ("kind", Documents.Kind(job.Spec.Kind)),
        ("state", Documents.State(job.State)),
        ("name", job.Spec.Name),
        ("model", job.Spec.Model ?? (job.Spec.File is { } file ? "file " + Tables.Short(file.Sha256) : null)),
        ("data", job.Spec.Data ?? job.Spec.Path),
        ("step", job.Steps > 1 ? $"{Tables.Count(job.Step)} of {Tables.Count(job.Steps)}" : null),
        ("metrics", string.Join("  ", job.Metrics.Where(m => !m.Key.Contains('/')).Select(m => m.Key == "accuracy" ? $"accuracy {Tables.Percent(m.Value)}" : $"{m.Key} {Tables.Number(m.Value)}"))),
        ("result", job.Result is { Weights: { } weights } r
            ? $"{(r.Name is null ? "file" : $"{r.Name}@{r.Version}")}  {Tables.Count(r.Parameters)} parameters  {Tables.Bytes(weights.Length)}  {Tables.Short(weights.Sha256)}"
            : null),
        ("waiting", job.Waiting),
        ("device", job.Device),
        ("error", job.Error),
        ("created", Tables.Time(job.Created))));
}
