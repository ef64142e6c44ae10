using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Cli.Commands;

/// <summary><c>jobs list</c>, <c>show</c>, <c>watch</c>, <c>cancel</c> and <c>resume</c>.</summary>
internal static class JobCommands
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static Command Create() => new Verb("jobs", "Work: what there is, how far it is, stop and go on.", "learngene jobs list") { List(), Show(), Watch(), Cancel(), Resume() };

    private static Verb List() => new Verb("list", "Lists the jobs, oldest first.", "learngene jobs list").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var jobs = await client.Jobs.ListAsync(call.Token);
        call.Answer(new JsonObject { ["jobs"] = Documents.List(jobs, Documents.Job) }, _ => Tables.Write(call,
            ["job", "kind", "state", "#step", "#steps", "name", "data", "created"],
            jobs.Select(j => (string[])[j.Id, Documents.Kind(j.Spec.Kind), Documents.State(j.State), Tables.Count(j.Step), Tables.Count(j.Steps),
                j.Spec.Name ?? j.Spec.Model ?? "", j.Spec.Data ?? "", Tables.Time(j.Created)])));
        return Exit.Done;
    });

    private static Verb Show() => OfOne("show", "Shows a job.", "learngene jobs show train-0123456789", async (call, client, id) =>
    {
        JobAnswer.Show(call, await client.Jobs.GetAsync(id, call.Token));
        return Exit.Done;
    });

    private static Verb Watch() => OfOne("watch", "Follows a job until it ends; Ctrl-C stops watching, not the job.", "learngene jobs watch train-0123456789", async (call, client, id) =>
        JobAnswer.Ended(call, await new JobWatch(call, client).FollowAsync(id)));

    private static Verb Cancel() => OfOne("cancel", "Stops a job; its last checkpoint is kept.", "learngene jobs cancel train-0123456789", async (call, client, id) =>
    {
        JobAnswer.Show(call, await StoppedAsync(call, client, await client.Jobs.CancelAsync(id, call.Token)));
        return Exit.Done;
    });

    private static Verb Resume()
    {
        var wait = TrainingFlags.NewWait();
        var verb = OfOne("resume", "Goes on with a failed or cancelled job from its last checkpoint.", "learngene jobs resume train-0123456789 --wait", async (call, client, id) =>
            await JobAnswer.BegunAsync(call, client, await client.Jobs.ResumeAsync(id, call.Token), call.Get(wait)));
        verb.Add(wait);
        return verb;
    }

    // Work stops at its next breath: wait for it a little, so that the state shown is the last one.
    private static async Task<JobStatus> StoppedAsync(Call call, LearngeneClient client, JobStatus job)
    {
        using var patience = new CancellationTokenSource(s_patience, call.Terminal.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, call.Token);
        try
        {
            await foreach (var status in client.Jobs.WatchAsync(job.Id, either.Token)) job = status;
        }
        catch (OperationCanceledException) when (!call.Token.IsCancellationRequested)
        {
            // It stops when it stops.
        }
        return job;
    }

    private static Verb OfOne(string verb, string description, string example, Func<Call, LearngeneClient, string, Task<int>> work)
    {
        var id = Flags.Argument("ID", "The job's id, as 'learngene jobs list' shows it.");
        return new Verb(verb, description, example) { id }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            return await work(call, client, call.Get(id));
        });
    }
}
