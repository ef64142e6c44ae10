using System.Diagnostics;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;

namespace Learngene.Grains.Tests.Learngenes;

[Collection(OneSilo.Name)]
public sealed class BudgetTests(SiloFixture fixture)
{
    private const int Head = 16, Width = 48, Depth = 4, Patch = 7, Image = 28, Classes = 10;

    private JobsClient Jobs => fixture.Client.Jobs;
    private LearngenesClient Learngenes => fixture.Client.Learngenes;

    // Ten budgets, each against every size there is, counted and judged here once more.
    [Fact(Timeout = 120_000)]
    public async Task Ten_budgets_get_the_size_that_brute_force_finds()
    {
        var measured = await LearnAsync("budget/lets");
        SizeBudget[] budgets =
        [
            new() { MaxParams = 10_000 }, new() { MaxParams = 30_000 }, new() { MaxParams = 90_000 }, new() { MaxParams = 1_000_000 },
            new() { MaxFlops = 500_000 }, new() { MaxFlops = 2_500_000 }, new() { MaxFlops = 3_000_000, MaxParams = 60_000 },
            new() { MaxParams = 60_000, Depth = 2 }, new() { MaxFlops = 1_500_000, Width = 32 }, new() { MaxParams = 25_000, MaxFlops = 800_000 },
        ];
        foreach (var budget in budgets)
        {
            var answer = await Learngenes.ChooseAsync("budget/lets", budget);
            var fitting = (from w in Enumerable.Range(1, Width / Head).Select(i => i * Head)
                           from d in Enumerable.Range(1, Depth)
                           where (budget.Width ?? w) == w && (budget.Depth ?? d) == d && Parameters(w, d) <= (budget.MaxParams ?? long.MaxValue) && Flops(w, d) <= (budget.MaxFlops ?? long.MaxValue)
                           select (W: w, D: d)).ToList();
            var known = fitting.Where(s => measured.ContainsKey($"accuracy/{s.W}x{s.D}")).ToList();
            var chosen = (W: answer.Chosen.Width, D: answer.Chosen.Depth);
            Assert.Contains(chosen, fitting);
            Assert.Equal(fitting.Count, answer.Fitting);
            Assert.Equal((Parameters(chosen.W, chosen.D), Flops(chosen.W, chosen.D)), (answer.Chosen.Parameters, answer.Chosen.Flops));
            if (known.Count == 0) continue;
            double best = known.Max(s => measured[$"accuracy/{s.W}x{s.D}"]);
            Assert.True(answer.Chosen.Accuracy >= best - 1e-9, $"{answer.Reason} but {best:P1} is there");
            if (answer.Chosen.Known == "measured")
                Assert.Equal(known.Where(s => measured[$"accuracy/{s.W}x{s.D}"] >= best - 1e-12).OrderBy(s => Flops(s.W, s.D)).First(), chosen);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_has_just_the_bytes_that_a_budget_told()
    {
        await LearnAsync("bytes/lets");
        var answer = await Learngenes.ChooseAsync("bytes/lets", new() { MaxBytes = 150_000 });
        var made = await Learngenes.DescendAsync("bytes/lets", new() { Width = answer.Chosen.Width, Depth = answer.Chosen.Depth });
        Assert.Equal(answer.Chosen.Bytes, made.Weights.Length);
        Assert.InRange(made.Weights.Length, 1, 150_000);
        answer = await Learngenes.ChooseAsync("bytes/lets", new() { MaxParams = 20_000 });
        made = await Learngenes.DescendAsync("bytes/lets", new() { Width = answer.Chosen.Width, Depth = answer.Chosen.Depth });
        Assert.Equal(answer.Chosen.Bytes, made.Weights.Length);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_answer_takes_less_than_50_ms_and_makes_nothing()
    {
        await LearnAsync("quick/lets");
        int jobs = (await Jobs.ListAsync()).Count;
        var times = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await Learngenes.ChooseAsync("quick/lets", new() { MaxParams = 50_000 + i, MaxBytes = 1_000_000 });
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        Assert.True(times.Min() < 50, $"the fastest of {times.Count} answers took {times.Min():F1} ms");
        Assert.Equal(jobs, (await Jobs.ListAsync()).Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_budget_that_nothing_keeps_says_what_the_smallest_is()
    {
        await LearnAsync("none/lets");
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Learngenes.ChooseAsync("none/lets", new() { MaxParams = 100 }));
        Assert.Contains("16x1", refusal.Message);
        Assert.Contains("maxParams 100", refusal.Message);
        refusal = await Assert.ThrowsAsync<RefusedException>(() => Learngenes.ChooseAsync("none/lets", new() { MaxLatency = 0.008 }));
        Assert.Contains("learngene-edge probe", refusal.Message);
        refusal = await Assert.ThrowsAsync<RefusedException>(() => Learngenes.ChooseAsync("none/ancestry", new() { MaxParams = 100 }));
        Assert.Contains("is a vit", refusal.Message);
    }

    private async Task<IReadOnlyDictionary<string, double>> LearnAsync(string name)
    {
        string ancestry = name.Replace("lets", "ancestry");
        await Jobs.WaitAsync((await Jobs.TrainAsync(ancestry, "fashion", 32, 2, Patch, options: SiloFixture.Small())).Id);
        var job = await Jobs.LearnLetsAsync(name, ancestry, "fashion", (Head, 2), (Width, Depth), SiloFixture.Small(2, 1, ("measureSizes", 200)));
        return (await Jobs.WaitAsync(job.Id)).Metrics;
    }

    private static int Tokens => Image / Patch * (Image / Patch);

    private static long Parameters(long w, long d) => w * Patch * Patch + w + Tokens * w + d * (12 * w * w + 13 * w) + 2 * w + Classes * w + Classes;

    private static long Flops(long w, long d) =>
        2 * (Tokens * Patch * Patch * w + d * (Tokens * (3 * w * w + w * w + 8 * w * w) + 2L * Tokens * Tokens * w) + Classes * w);
}
