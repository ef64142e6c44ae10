using Learngene.Grains.Compute;
using Learngene.Grains.Data;
using Learngene.Grains.Jobs.Work;
using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;

namespace Learngene.Grains.Jobs;

/// <summary>Where jobs are carried out: the lanes, the store and the data sets of this silo.</summary>
internal sealed class JobWorkshop(ComputeLanes lanes, IWeightStore store, OpenDataSets dataSets, LearngeneOptions options, TimeProvider time)
{
    public JobRun NewRun(string job) => new(job, store, time, options.CheckpointInterval);

    /// <summary>Queues the job's work and returns what it gave.</summary>
    /// <param name="job">Its id.</param><param name="record">What it is.</param><param name="run">This attempt.</param>
    /// <param name="name">The device that it was given; null for work that needs none of its own.</param>
    public async Task<JobOutcome> RunAsync(string job, JobRecord record, JobRun run, string? name)
    {
        var kind = record.Spec!.Kind;
        string outcome = "failed";
        try
        {
            var device = lanes.Device(name);
            var lane = kind == JobKind.AddData ? lanes.Reading : device.Lane;
            var made = await lane.RunAsync(job, Priority(kind), record.Created.UtcTicks, turn =>
            {
                GrainMeter.Waited(kind, run.Age);
                run.Begin(turn);
                var given = JobWork.Run(new(record, run, store, dataSets, device.Torch));
                return given with { Metrics = new Dictionary<string, double>(given.Metrics) { ["seconds"] = run.Elapsed.TotalSeconds } };
            }, run.Token);
            outcome = "completed";
            return made;
        }
        catch (OperationCanceledException)
        {
            outcome = "stopped";
            throw;
        }
        finally
        {
            if (run.Latest.Started) GrainMeter.Ended(kind, outcome, run.Elapsed);
        }
    }

    /// <summary>What a file in the store says it is, checked against its tensors' names and shapes; reads its header only.</summary>
    public Task<ModelConfig> InspectAsync(WeightRef weights, int? heads, int? imageSize) => lanes.Reading.RunAsync("inspect", LanePriority.Urgent, 0, _ =>
    {
        using var file = SafetensorsFile.Open(store.Open(weights), "the file");
        var config = ModelConfig.Read(file, heads, imageSize);
        ModelFile.Check(file, config);
        return config;
    }, default);

    /// <summary>Whether a file is there.</summary>
    public Task<bool> HasAsync(WeightRef weights) => store.ExistsAsync(weights);

    /// <summary>Deletes a checkpoint that is no longer needed.</summary>
    public Task ForgetAsync(WeightRef? checkpoint) => checkpoint is null ? Task.CompletedTask : store.DeleteAsync(checkpoint);

    private static LanePriority Priority(JobKind kind) => kind switch
    {
        JobKind.Import or JobKind.Descend or JobKind.Evaluate => LanePriority.Urgent,
        _ => LanePriority.Training,
    };
}
