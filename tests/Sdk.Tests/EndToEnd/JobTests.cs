using System.Runtime.InteropServices;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>Work that is followed, stopped and gone on with.</summary>
[Collection(SiloCollection.Name)]
public sealed partial class JobTests(SiloFixture silo)
{
    private const int Limit = 300_000, Interrupt = 2;
    private const string Long = "--data fashion-mnist --width 16 --depth 2 --patch 7 --epochs 50000 --set images=512 --set testImages=50";

    [Fact(Timeout = Limit)]
    public async Task A_job_is_queued_listed_cancelled_watched_and_resumed()
    {
        var queued = (await silo.RunAsync($"train jobs/long {Long}")).Done();
        string id = queued.GetProperty("id").GetString()!;
        Assert.Contains(queued.GetProperty("state").GetString(), (string[])["queued", "running"]);
        Assert.Contains((await silo.RunAsync("jobs list")).Done().GetProperty("jobs").EnumerateArray(), j => j.GetProperty("id").GetString() == id);

        (await silo.RunAsync($"train jobs/long {Long}")).Refused(2, "jobs/long", id);

        Assert.Equal("cancelled", (await silo.RunAsync($"jobs cancel {id}")).Done().GetProperty("state").GetString());
        Assert.Equal("cancelled", (await silo.RunAsync($"jobs cancel {id}")).Done().GetProperty("state").GetString());
        var watched = await silo.RunAsync($"jobs watch {id}");
        Assert.Equal((1, "cancelled"), (watched.Code, watched.Json.GetProperty("state").GetString()));

        Assert.Contains((await silo.RunAsync($"jobs resume {id}")).Done().GetProperty("state").GetString(), (string[])["queued", "running"]);
        Assert.Equal("cancelled", (await silo.RunAsync($"jobs cancel {id}")).Done().GetProperty("state").GetString());
        Assert.Equal(id, (await silo.RunAsync($"jobs show {id}")).Done().GetProperty("id").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task Watching_a_finished_job_shows_it()
    {
        string id = silo.Ancestry.GetProperty("id").GetString()!;
        Assert.Equal("completed", (await silo.RunAsync($"jobs watch {id}")).Done().GetProperty("state").GetString());
        Assert.Equal("completed", (await silo.RunAsync($"jobs cancel {id}")).Done().GetProperty("state").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task An_interrupted_wait_leaves_the_job_alone_and_says_how_to_stop_it()
    {
        using var waiting = silo.Start($"train jobs/interrupted {Long} --wait");
        string? line;
        do line = await waiting.StandardError.ReadLineAsync();
        while (line is not null && !line.Contains("running"));
        Assert.NotNull(line);
        string id = line.Split(' ')[0];
        Assert.Equal(0, Kill(waiting.Id, Interrupt));
        var ran = await Programs.EndOfAsync(waiting);
        Assert.Equal(130, ran.Code);
        Assert.Empty(ran.Output);
        Assert.Contains($"job {id} goes on; cancel it with: learngene jobs cancel {id}", ran.Error);
        Assert.Equal("running", (await silo.RunAsync($"jobs show {id}")).Done().GetProperty("state").GetString());
        (await silo.RunAsync($"jobs cancel {id}")).Done();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
