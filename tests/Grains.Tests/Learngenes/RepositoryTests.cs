using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Tests.Learngenes;

[Collection(OneSilo.Name)]
public sealed class RepositoryTests(SiloFixture fixture)
{
    private static LearngeneVersion Version(string job) => new()
    {
        Name = "ignored", Kind = "vit", Weights = new(new string('a', 64), 100), Config = "{}", Job = job,
    };

    [Fact(Timeout = 30_000)]
    public async Task A_version_is_published_once_per_job()
    {
        var family = fixture.Grains.GetGrain<ILearngeneRepositoryGrain>("repo/once");
        var first = await family.Publish(Version("job-1"));
        Assert.Equal(first, await family.Publish(Version("job-1")) with { Tags = first.Tags, Metrics = first.Metrics, Parents = first.Parents });
        Assert.Equal(2, (await family.Publish(Version("job-2"))).Version);
        Assert.Equal(2, (await family.Versions()).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Tags_and_retirement_choose_the_version()
    {
        var family = fixture.Grains.GetGrain<ILearngeneRepositoryGrain>("repo/tags");
        foreach (string job in (string[])["a", "b", "c"]) await family.Publish(Version(job));
        await family.Tag("1", "best");
        Assert.Equal(1, (await family.Resolve("best")).Version);
        await family.Tag("2", "best");
        Assert.Equal(2, (await family.Resolve("best")).Version);
        await family.Retire("3");
        Assert.Equal(2, (await family.Resolve(null)).Version);
        Assert.True((await family.Resolve("3")).Retired);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => family.Resolve("worst"));
        Assert.Contains("1..3", refusal.Message);
        Assert.Contains("best", refusal.Message);
        await Assert.ThrowsAsync<RefusedException>(() => family.Tag("1", "7"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Equal_requests_for_a_descendant_share_one_job_and_are_found_again()
    {
        var jobs = fixture.Client.Jobs;
        await jobs.WaitAsync((await jobs.TrainAsync("share/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        await jobs.WaitAsync((await jobs.LearnLetsAsync("share/lets", "share/model", "fashion", (16, 2), (48, 4), SiloFixture.Small())).Id);
        int before = (await jobs.ListAsync()).Count(j => j.Spec.Kind == JobKind.Descend);
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => fixture.Client.Learngenes.DescendAsync("share/lets", new() { Width = 32, Depth = 3 })));
        Assert.Single(made.Select(d => d.Weights).Distinct());
        var explicitly = await fixture.Client.Learngenes.DescendAsync("share/lets", new() { Width = 32, Depth = 3, Select = "continuous", Rows = [0, 0, 1] });
        Assert.Equal(made[0].Weights, explicitly.Weights);
        Assert.Equal(1, (await jobs.ListAsync()).Count(j => j.Spec.Kind == JobKind.Descend) - before);
    }

    [Fact(Timeout = 60_000)]
    public async Task Lineage_leads_from_a_learngene_to_its_ancestry()
    {
        var jobs = fixture.Client.Jobs;
        await jobs.WaitAsync((await jobs.TrainAsync("line/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        await jobs.WaitAsync((await jobs.LearnLetsAsync("line/lets", "line/model@1", "fashion", (16, 2), (32, 2), SiloFixture.Small())).Id);
        var line = await fixture.Client.Learngenes.LineageAsync("line/lets");
        Assert.Equal(["line/lets@1", "line/model@1"], line.Select(v => v.Reference));
        Assert.Equal(line[1].Weights.Sha256, line[0].Parents.Single().Sha256);
    }
}
