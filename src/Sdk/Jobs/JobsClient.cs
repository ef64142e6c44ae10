using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Sdk.Jobs;

/// <summary>A job ended without giving a result.</summary>
/// <param name="status">The job.</param>
public sealed class JobFailedException(JobStatus status) : Exception(status.Error ?? $"job {status.Id} was cancelled.")
{
    /// <summary>The job as it ended.</summary>
    public JobStatus Status => status;
}

/// <summary>Starts, follows, stops and resumes jobs.</summary>
public sealed class JobsClient
{
    private readonly IGrainFactory _grains;

    internal JobsClient(IGrainFactory grains) => _grains = grains;

    /// <summary>Trains a ViT of that size, from labels or by distilling a teacher, and stores it under <paramref name="name"/>.</summary>
    public Task<JobStatus> TrainAsync(string name, string data, int width, int depth, int patch, int? heads = null, TrainingOptions? options = null, string? teacher = null, CancellationToken token = default) =>
        StartAsync(new()
        {
            Kind = JobKind.Train, Name = name, Model = teacher, Data = data,
            Settings = (options ?? new()).ToSettings(("width", width), ("depth", depth), ("patch", patch), ("heads", heads)), Needs = options?.Needs,
        }, token);

    /// <summary>Learns a LeTs learngene from an ancestry model and stores it under <paramref name="name"/>.</summary>
    public Task<JobStatus> LearnLetsAsync(
        string name, string ancestry, string data, (int Width, int Depth) learngene, (int Width, int Depth) auxiliary, TrainingOptions? options = null, CancellationToken token = default) =>
        StartAsync(new()
        {
            Kind = JobKind.LearnLets, Name = name, Model = ancestry, Data = data,
            Settings = (options ?? new()).ToSettings(
                ("learngeneWidth", learngene.Width), ("learngeneDepth", learngene.Depth), ("width", auxiliary.Width), ("depth", auxiliary.Depth)),
            Needs = options?.Needs,
        }, token);

    /// <summary>Learns the components of a linear decomposition and stores it under <paramref name="name"/>; in phases, each phase is a version.</summary>
    /// <param name="name">Its name.</param><param name="ancestry">The model to learn from; null learns from labels alone.</param><param name="data">A data set.</param>
    /// <param name="components">How many components there are after each phase, the last of them in all.</param>
    /// <param name="options">More options: width, depth, training, basis, ... in <see cref="TrainingOptions.Config"/>.</param>
    /// <param name="token">Gives up.</param>
    public Task<JobStatus> LearnDecompositionAsync(
        string name, string? ancestry, string data, IReadOnlyList<int> components, TrainingOptions? options = null, CancellationToken token = default) =>
        StartAsync(new()
        {
            Kind = JobKind.LearnDecomposition, Name = name, Model = ancestry, Data = data,
            Settings = (options ?? new()).ToSettings(("components", new JsonArray([.. components.Select(n => JsonValue.Create(n))]))), Needs = options?.Needs,
        }, token);

    /// <summary>Decomposes a stored model in closed form and stores it under <paramref name="name"/>; with a data set, distils it afterwards.</summary>
    /// <param name="name">Its name.</param><param name="model">A trained model.</param><param name="components">How many; null is as many as it has layers.</param>
    /// <param name="data">The data set of the distillation, or null.</param>
    /// <param name="options">Options of the distillation, and basis, nodes, ... in <see cref="TrainingOptions.Config"/>.</param>
    /// <param name="token">Gives up.</param>
    public Task<JobStatus> DecomposeAsync(string name, string model, int? components = null, string? data = null, TrainingOptions? options = null, CancellationToken token = default) =>
        StartAsync(new()
        {
            Kind = JobKind.Decompose, Name = name, Model = model, Data = data, Settings = (options ?? new()).ToSettings(("components", components)), Needs = options?.Needs,
        }, token);

    /// <summary>Tunes a stored model, or a file in the weight store, and stores the result under <paramref name="name"/>.</summary>
    public Task<JobStatus> FinetuneAsync(string? model, WeightRef? file, string data, string name, TrainingOptions? options = null, CancellationToken token = default) =>
        StartAsync(new() { Kind = JobKind.Finetune, Model = model, File = file, Data = data, Name = name, Settings = (options ?? new()).ToSettings(), Needs = options?.Needs }, token);

    /// <summary>Measures a stored model, or a file in the weight store, on a data set's test images.</summary>
    public Task<JobStatus> EvaluateAsync(string? model, WeightRef? file, string data, CancellationToken token = default) =>
        StartAsync(new() { Kind = JobKind.Evaluate, Model = model, File = file, Data = data }, token);

    /// <summary>Queues a job under an id of its own.</summary>
    /// <exception cref="RefusedException">It cannot be carried out; nothing was stored.</exception>
    public Task<JobStatus> StartAsync(JobSpec spec, CancellationToken token = default)
    {
        string kind = spec.Kind switch
        {
            JobKind.LearnLets => "lets", JobKind.LearnDecomposition => "decomposition", JobKind.LearnBaseline => "baseline", JobKind.AddData => "data",
            var k => k.ToString().ToLowerInvariant(),
        };
        return StartAsync($"{kind}-{Guid.NewGuid():N}"[..(kind.Length + 11)], spec, token);
    }

    /// <summary>Queues a job under an id of one's own; one that is there with the same specification stays as it is.</summary>
    /// <exception cref="RefusedException">It cannot be carried out, or the id belongs to another specification.</exception>
    public Task<JobStatus> StartAsync(string id, JobSpec spec, CancellationToken token = default) => Retry.CallAsync(() => Job(id).Start(spec), token);

    /// <summary>All jobs, oldest first.</summary>
    public async Task<IReadOnlyList<JobStatus>> ListAsync(CancellationToken token = default)
    {
        var ids = await Retry.CallAsync(() => _grains.ListAsync(Catalogue.Jobs), token);
        var jobs = new List<JobStatus>();
        foreach (var batch in ids.Chunk(256))
            jobs.AddRange((await Task.WhenAll(batch.Select(id => FindAsync(id, token)))).OfType<JobStatus>());
        return [.. jobs.OrderBy(j => j.Created).ThenBy(j => j.Id, StringComparer.Ordinal)];
    }

    /// <summary>A job as it is.</summary>
    /// <exception cref="RefusedException">There is none of that id.</exception>
    public Task<JobStatus> GetAsync(string id, CancellationToken token = default) => Retry.CallAsync(() => Job(id).Get(), token);

    /// <summary>A job at each of its changes, the last of them its end.</summary>
    public async IAsyncEnumerable<JobStatus> WatchAsync(string id, [EnumeratorCancellation] CancellationToken token = default)
    {
        var status = await GetAsync(id, token);
        yield return status;
        while (!status.Ended)
        {
            var next = await Retry.CallAsync(() => Job(id).Watch(status.Revision), token);
            if (next.Revision != status.Revision) yield return next;
            status = next;
        }
    }

    /// <summary>Waits for a job's end.</summary>
    /// <param name="id">The job.</param><param name="progress">Told of each change.</param><param name="token">Stops waiting, not the job.</param>
    /// <returns>The completed job.</returns>
    /// <exception cref="JobFailedException">It failed or was cancelled.</exception>
    public async Task<JobStatus> WaitAsync(string id, Action<JobStatus>? progress = null, CancellationToken token = default)
    {
        JobStatus? last = null;
        await foreach (var status in WatchAsync(id, token))
        {
            progress?.Invoke(status);
            last = status;
        }
        return last!.State == JobState.Completed ? last : throw new JobFailedException(last);
    }

    /// <summary>Stops a job; its last checkpoint is kept.</summary>
    public Task<JobStatus> CancelAsync(string id, CancellationToken token = default) => Retry.CallAsync(() => Job(id).Cancel(), token);

    /// <summary>Goes on with a failed or cancelled job from its last checkpoint.</summary>
    public Task<JobStatus> ResumeAsync(string id, CancellationToken token = default) => Retry.CallAsync(() => Job(id).Resume(), token);

    private async Task<JobStatus?> FindAsync(string id, CancellationToken token)
    {
        try
        {
            return await GetAsync(id, token);
        }
        catch (RefusedException)
        {
            return null; // listed, but its start was never finished
        }
    }

    private ITransformationJobGrain Job(string id) => _grains.GetGrain<ITransformationJobGrain>(id);
}
