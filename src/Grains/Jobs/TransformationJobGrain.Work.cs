using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Learngenes;
using Orleans.Storage;

namespace Learngene.Grains.Jobs;

/// <summary>Carrying a job out: from the lane's first step to the written end.</summary>
internal sealed partial class TransformationJobGrain
{
    // Sets the work going on the lane; the grain stays awake and looks after it.
    private void Begin()
    {
        var run = _run = workshop.NewRun(Id);
        (_live, _published, _waiting, _device) = (null, 0, null, null);
        _poll ??= this.RegisterGrainTimer(PollAsync, new GrainTimerCreationOptions(s_pollInterval, s_pollInterval) { KeepAlive = true });
        _work = CarryOutAsync(run);
    }

    private async Task CarryOutAsync(JobRun run)
    {
        var handedOn = Task.CompletedTask;
        try
        {
            var outcome = Record.Outcome ?? await (Rounds.Of(Record) is { } plan ? CoordinateAsync(run, plan) : workshop.RunAsync(Id, Record, run, await DeviceAsync(run)));
            run.Token.ThrowIfCancellationRequested();
            await Outage.OutlastAsync(() => StoreAsync(r => r with { Outcome = outcome, History = outcome.History, Steps = Math.Max(run.Latest.Steps, r.Steps) }), () => !run.Suspending, time);
            handedOn = HandOnAsync(); // the next job's arithmetic begins beside the end of this one
            await Outage.OutlastAsync(() => PublishPhasesAsync(run), () => !run.Suspending, time);
            var result = await Outage.OutlastAsync(() => publisher.PublishAsync(Id, Record, outcome), () => !run.Suspending, time);
            if (run.Latest.Checkpoint != Record.Checkpoint) await ForgetAsync(run.Latest.Checkpoint); // the last one, that nobody has written down
            await EndRoundsAsync(run);
            await EndAsync(r => r with { State = JobState.Completed, Result = result, Rounds = null });
        }
        catch (Exception e) when (e is OperationCanceledException ? run.Suspending || !run.Token.IsCancellationRequested : e is WeightStoreUnavailableException { Stopping: true })
        {
            await KeepCheckpointAsync(run); // the silo stops; the record still says queued, so the next start goes on
        }
        catch (OperationCanceledException)
        {
            await KeepCheckpointAsync(run);
            await EndAsync(r => r with { State = JobState.Cancelled });
        }
        catch (InconsistentStateException e)
        {
            LeaveToOther(run, e);
        }
        catch (Exception e) when (run.Suspending && Outage.IsPassing(e))
        {
            // The silo stops while the storage is away; the next start goes on.
        }
        catch (Exception e) // whatever the work or the store threw ends this job and no other
        {
            LogFailed(log, Id, e);
            await KeepCheckpointAsync(run);
            await EndAsync(r => r with { State = JobState.Failed, Error = JobError.Sentence(e, Id), InputError = Wire.IsInputError(e) });
        }
        finally
        {
            await handedOn; // or it would take the device from the next attempt
            _run = null;
        }
    }

    // Looks at the run: keeps a new checkpoint in the record, then drops the old one; shows progress.
    private async Task PollAsync(CancellationToken token)
    {
        if (_run is null || ReferenceEquals(_run.Latest, _live)) return;
        _live = _run.Latest;
        await PublishPhasesAsync(_run);
        await KeepCheckpointAsync(_run);
        Show();
    }

    // Before the checkpoint that is past them: a phase is a version as soon as it is done, and once, however often it is told of.
    private async Task PublishPhasesAsync(JobRun run)
    {
        var phases = run.Latest.Phases;
        for (int i = _published; i < phases.Count; i++)
        {
            await publisher.PublishAsync(Id, Record, phases[i]);
            await StoreAsync(r => phases[i].Phase <= r.Phases.Count ? r : r with { Phases = [.. r.Phases, phases[i].Weights!] });
            _published = Math.Max(_published, i + 1);
        }
    }

    // Another silo has the job: what this one still does is for nothing.
    private void LeaveToOther(JobRun run, Exception e)
    {
        LogSuperseded(log, Id, e);
        run.Cancel();
        DeactivateOnIdle();
    }

    private async Task KeepCheckpointAsync(JobRun run)
    {
        var latest = run.Latest;
        WeightRef? old = null;
        try
        {
            await StoreAsync(r =>
            {
                // Not over what ended meanwhile: then nobody refers to the new file, and it is collected.
                if (latest.Checkpoint is null || latest.Checkpoint == r.Checkpoint || r.State != JobState.Queued || r.Outcome is not null) return r;
                old = r.Checkpoint;
                return r with { Checkpoint = latest.Checkpoint, CheckpointStep = latest.CheckpointStep, Steps = latest.Steps, History = Wire.History(latest.Epochs) };
            });
            await ForgetAsync(old);
        }
        catch (InconsistentStateException e)
        {
            LeaveToOther(run, e);
        }
        catch (Exception e) // the record keeps the older checkpoint, which is as good
        {
            LogCheckpointLost(log, Id, e);
        }
    }

    // The end of a job is written however long the store refuses: until then the job is not shown as ended.
    private async Task EndAsync(Func<JobRecord, JobRecord> end)
    {
        WeightRef? checkpoint = null;
        while (true)
            try
            {
                await StoreAsync(r =>
                {
                    var ended = end(r);
                    checkpoint = ended.State == JobState.Completed ? r.Checkpoint : null;
                    return checkpoint is null ? ended : ended with { Checkpoint = null };
                });
                break;
            }
            catch (InconsistentStateException)
            {
                DeactivateOnIdle(); // another silo has the job, and its end
                return;
            }
            catch (Exception e)
            {
                LogEndNotWritten(log, Id, e);
                _trouble = $"the end of the job cannot be written yet: {JobError.Sentence(e, Id)}";
                Show();
                await Task.Delay(s_retry, time);
            }
        await ForgetAsync(checkpoint);
        await CancelShardsAsync();
        _trouble = null;
        _poll?.Dispose();
        _poll = null;
        await ReleaseAsync();
    }

    // A file that cannot be deleted now is collected later.
    private async Task ForgetAsync(WeightRef? checkpoint)
    {
        try
        {
            await workshop.ForgetAsync(checkpoint);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            LogCheckpointLost(log, Id, e);
        }
    }

    // Gives back the device, which may have been given back already.
    private async Task HandOnAsync()
    {
        try
        {
            await LeavePoolAsync();
        }
        catch (Exception e) // the pool asks whether the job still wants it
        {
            LogNotHandedOn(log, Id, e);
        }
    }

    private async Task ReleaseAsync()
    {
        await HandOnAsync();
        try
        {
            if (Record.Spec is { Name: { } name } spec && spec.Kind != JobKind.AddData) await Repository(name).Release(Id);
            if (Record.Shard is null) await GrainFactory.Shard(Catalogue.Unfinished, Id).Remove(Id); // a shard is listed nowhere
        }
        catch (Exception e) // a name held by an ended job is taken over, and an ended job is not begun again
        {
            LogNotReleased(log, Id, e);
        }
    }
}
