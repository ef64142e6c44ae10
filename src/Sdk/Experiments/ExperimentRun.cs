using System.Collections.Concurrent;
using System.Text.Json;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;

namespace Learngene.Sdk.Experiments;

/// <summary>How far an experiment is.</summary>
/// <param name="Cell">The cell just ended, or null at a job's progress.</param>
/// <param name="Done">Cells ended.</param><param name="Cells">Cells in all.</param>
/// <param name="Job">The job that is going on, or null.</param>
public sealed record ExperimentProgress(CellResult? Cell, int Done, int Cells, JobStatus? Job);

/// <summary>
/// Carries a plan out on a cluster, cell by cell. A finished cell is a file under <c>cells/</c>, named by the hash of its specification;
/// an unfinished one goes on where its jobs are. Whatever is killed, running it again ends with the same results.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="plan">What to do.</param>
/// <param name="directory">Where the results go.</param>
public sealed class ExperimentRun(LearngeneClient client, ExperimentPlan plan, string directory)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<StepResult>>> _steps = new();
    private readonly string _cells = Path.Combine(directory, "cells");
    private int _done;

    /// <summary>Runs what is missing; returns all results in the plan's order.</summary>
    /// <param name="atOnce">Cells whose jobs are in the cluster's queues at once, 1 or more.</param>
    /// <param name="progress">Told of each change.</param>
    /// <param name="token">Stops waiting; jobs in the cluster go on and are found again.</param>
    public async Task<IReadOnlyList<CellResult>> RunAsync(int atOnce, Action<ExperimentProgress> progress, CancellationToken token)
    {
        Directory.CreateDirectory(_cells);
        var silo = await client.StatusAsync(token);
        string machine = string.Join(", ", [silo.Machine, .. silo.Devices]);
        using var gate = new SemaphoreSlim(atOnce);
        async Task<CellResult> OneAsync(Cell cell)
        {
            if (Known(cell) is { } known)
            {
                Interlocked.Increment(ref _done);
                return known;
            }
            await gate.WaitAsync(token);
            try
            {
                var result = await MeasureAsync(cell, silo.Version, machine, progress, token);
                Keep(result);
                progress(new(result, Interlocked.Increment(ref _done), plan.Cells.Count, null));
                return result;
            }
            finally
            {
                gate.Release();
            }
        }
        return await Task.WhenAll(plan.Cells.Select(OneAsync).ToList());
    }

    /// <summary>The stored result of a cell, or null where it is yet to be measured or failed.</summary>
    public CellResult? Known(Cell cell)
    {
        string file = FileOf(cell.Hash);
        if (!File.Exists(file)) return null;
        try
        {
            var result = JsonSerializer.Deserialize<CellResult>(File.ReadAllText(file), ExperimentFile.Json);
            return result?.Accuracy is null ? null : result with { Method = cell.Method, Kind = cell.Kind };
        }
        catch (JsonException)
        {
            return null; // not one of ours: measured again
        }
    }

    private async Task<CellResult> MeasureAsync(Cell cell, string software, string machine, Action<ExperimentProgress> progress, CancellationToken token)
    {
        var result = new CellResult
        {
            Hash = cell.Hash, Method = cell.Method, Kind = cell.Kind, Seed = cell.Seed, Width = cell.Width, Depth = cell.Depth, Components = cell.Components,
            Epochs = cell.Epochs, Parameters = 0, Flops = 0, Jobs = [.. cell.Last.Chain().Where(s => s.Kind != JobKind.Descend).Select(s => s.Id)], Software = software, Machine = machine,
        };
        try
        {
            var data = await client.Data.GetAsync(cell.Last.Data!, token);
            var cost = new ModelCost(cell.Width, cell.Depth, plan.Experiment.Patch, data.Height, data.Channels, data.Classes);
            var last = await DoneAsync(cell.Last, progress, token);
            var steps = await Task.WhenAll(cell.Last.Chain().Select(s => DoneAsync(s, progress, token)));
            double learn = cell.Learn is { } stage ? (await DoneAsync(stage, progress, token)).Seconds : 0;
            var own = cell.Last.Chain().Zip(steps).Where(p => !p.First.Named).Sum(p => p.Second.Seconds);
            return result with
            {
                Parameters = cost.Parameters, Flops = cost.Flops, Accuracy = last.Metrics["accuracy"], Loss = last.Metrics.GetValueOrDefault("loss"),
                Seconds = own, LearnSeconds = learn,
                History = [.. last.History.Where(e => e.Accuracy is not null).Select(e => new EpochAccuracy(e.Epoch, e.Accuracy!.Value))],
            };
        }
        catch (Exception e) when (e is JobFailedException or RefusedException)
        {
            return result with { Error = e.Message };
        }
    }

    private Task<StepResult> DoneAsync(Step step, Action<ExperimentProgress> progress, CancellationToken token) =>
        _steps.GetOrAdd(step.Id, _ => new(() => DoAsync(step, progress, token))).Value;

    private async Task<StepResult> DoAsync(Step step, Action<ExperimentProgress> progress, CancellationToken token)
    {
        var source = step.Source is null ? null : await DoneAsync(step.Source, progress, token);
        if (step.Kind == JobKind.Descend)
        {
            var options = step.Settings.Deserialize<DescendOptions>(ExperimentFile.Json)!;
            var made = await client.Learngenes.DescendAsync(step.Source!.Name, options, token);
            return new(made.Weights, null, new Dictionary<string, double>(), [], 0);
        }
        bool byName = step.Kind is not (JobKind.Finetune or JobKind.Evaluate);
        var spec = new JobSpec
        {
            Kind = step.Kind, Name = step.Named ? step.Name : null, Model = step.Model ?? (byName ? source?.Name : null), File = byName ? null : source?.Weights,
            Data = step.Data, Settings = step.Settings.ToJsonString(),
        };
        var status = await client.Jobs.StartAsync(step.Id, spec, token);
        if (status.State is JobState.Failed or JobState.Cancelled) await client.Jobs.ResumeAsync(step.Id, token);
        status = await client.Jobs.WaitAsync(step.Id, job => progress(new(null, Volatile.Read(ref _done), plan.Cells.Count, job)), token);
        return new(status.Result?.Weights, status.Result?.Name is { } name ? $"{name}@{status.Result.Version}" : null, status.Metrics, status.History, status.Metrics.GetValueOrDefault("seconds"));
    }

    // Whole or not at all: a killed run leaves no half file.
    private void Keep(CellResult result)
    {
        string file = FileOf(result.Hash), half = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(half, JsonSerializer.Serialize(result, ExperimentFile.Json));
        File.Move(half, file, overwrite: true);
    }

    private string FileOf(string hash) => Path.Combine(_cells, $"{hash}.json");

    private sealed record StepResult(WeightRef? Weights, string? Name, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<EpochPoint> History, double Seconds);
}
