using Learngene.Cli.Report;
using Microsoft.Playwright;

namespace Learngene.Console.Tests;

/// <summary>A comparison's report, as a reader's browser shows it.</summary>
public sealed class ReportInBrowserTests : IDisposable
{
    private const int Limit = 60_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-report-").FullName;

    public ReportInBrowserTests() => ReportWriter.Write(SampleResults.Of(1, 2, 3), _directory);

    private string Report => Path.Combine(_directory, "report.html");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [ChromiumFact(Timeout = Limit)]
    public async Task It_asks_for_nothing_and_complains_of_nothing()
    {
        await using var opened = await OpenedPage.OpenAsync(Report, ColorScheme.Light, 1100);
        Assert.Equal([new Uri(Report).AbsoluteUri], opened.Requests);
        Assert.Empty(opened.Complaints);
        Assert.Equal("Fashion-MNIST, four ways & <b>more</b>", await opened.Page.TitleAsync());
        Assert.Equal(0, await opened.Page.Locator("script, img, link, iframe").CountAsync());
        Assert.Contains(SampleResults.Hostile, await opened.TextsAsync("#differences tbody th"));
    }

    [ChromiumFact(Timeout = Limit)]
    public async Task Tables_hold_the_numbers()
    {
        await using var opened = await OpenedPage.OpenAsync(Report, ColorScheme.Light, 1100);
        Assert.Equal(["size", "parameters", "Scratch", "LeTs", "decomposition, 1 component", "decomposition, 2 components", "decomposition, 4 components", SampleResults.Hostile, "Scratch, after 10 epochs"],
            await opened.TextsAsync("#accuracy-1 thead th"));
        Assert.Equal(["82.9 k", "43.0 ± 0.5", "78.0 ± 1.0", "72.0 ± 0.5", "73.0 ± 0.5", "75.0 ± 0.5", "73.3 ± 0.4\nn = 2\n1 failed", "75.0 ± 0.5"], await opened.TextsAsync("#accuracy-1 tbody tr:nth-child(2) td"));
        Assert.Equal(["75.0 ± 1.0", "78.0 ± 1.0", "81.0 ± 1.0"], await opened.TextsAsync("#accuracy-1 strong"));
        Assert.Equal(["0.220 ± 0.010"], await opened.TextsAsync("#loss-1 tbody tr:nth-child(2) strong"));
        // LeTs after 1 epoch minus scratch after 10: seeds 2.5, 3.0, 3.5; t(0.975, 2) = 4.3027, sd 0.5, so 3 -+ 1.242.
        Assert.Equal(["1", "10", "+3.0", "+1.8 to +4.2", "3", "9", "3 / 0 / 0"], await opened.TextsAsync("#differences tbody tr:nth-child(4) td"));
        Assert.Equal(108, await opened.Page.Locator("#cells tbody tr").CountAsync());
    }

    [ChromiumFact(Timeout = Limit)]
    public async Task Every_plot_has_its_lines()
    {
        await using var opened = await OpenedPage.OpenAsync(Report, ColorScheme.Light, 1100);
        (string Id, int Lines)[] expected =
        [
            ("plot-parameters-0", 4), ("plot-parameters-1", 4), ("plot-epochs-32x2", 4), ("plot-epochs-48x3", 4), ("plot-epochs-64x4", 4), ("plot-components-3-0", 3), ("plot-components-3-1", 3),
        ];
        Assert.Equal(expected.Select(e => e.Id), await opened.Page.Locator("svg[id^=plot-]").EvaluateAllAsync<string[]>("all => all.map(s => s.id)"));
        foreach (var (id, lines) in expected)
        {
            var colours = Pen.Colours.Take(lines).Select(c => $"rgb({c.R},{c.G},{c.B})").ToArray();
            foreach (string colour in colours)
                Assert.True(await opened.Page.Locator($"#{id} polyline[style*='{colour}']").EvaluateAllAsync<bool>("all => all.some(l => l.getBoundingClientRect().width > 20)"), $"{id} has no line in {colour}");
            var box = (await opened.Page.Locator($"#{id}").BoundingBoxAsync())!;
            Assert.True(box is { Width: > 300, Height: > 200 }, $"{id}: {box.Width} x {box.Height}");
            Assert.Equal("img", await opened.Page.Locator($"#{id}").GetAttributeAsync("role"));
            Assert.NotEmpty(await opened.Page.Locator($"#{id} > title").TextContentAsync() ?? "");
        }
        Assert.Empty(await opened.Page.EvaluateAsync<string[]>("() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); }"));
    }

    [ChromiumTheory(Timeout = Limit)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_and_lines_stand_out(ColorScheme scheme)
    {
        await using var opened = await OpenedPage.OpenAsync(Report, scheme, 1100);
        var paper = Rgb.Parse(await StyleAsync("body", "backgroundColor"));
        Assert.Equal(scheme == ColorScheme.Dark, paper.Luminance < 0.5);
        foreach (string selector in (string[])["body", "h1", "td.n", ".note", ".aside", ".failed", "figcaption", "caption"])
            Assert.True(paper.Contrast(Rgb.Parse(await StyleAsync(selector, "color"))) >= 4.5, $"{selector} in {scheme}");
        Assert.True(paper.Contrast(Rgb.Parse(await StyleAsync("#plot-parameters-0 text", "fill"))) >= 4.5);
        Assert.All(Pen.Colours, c => Assert.True(paper.Contrast(new(c.R, c.G, c.B)) >= 3, $"{c} in {scheme}"));

        Task<string> StyleAsync(string selector, string property) => opened.Page.Locator(selector).First.EvaluateAsync<string>($"e => getComputedStyle(e).{property}");
    }

    [ChromiumFact(Timeout = Limit)]
    public async Task On_a_narrow_screen_only_tables_scroll()
    {
        await using var opened = await OpenedPage.OpenAsync(Report, ColorScheme.Dark, 400);
        await opened.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.True(await opened.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 400);
        Assert.True(await opened.Page.Locator(".scroll:has(#cells)").EvaluateAsync<bool>("e => e.scrollWidth > e.clientWidth"));
        Assert.True((await opened.Page.Locator("#plot-parameters-0").BoundingBoxAsync())!.Width is > 300 and <= 400);
        Assert.Empty(opened.Complaints);
    }

    [ChromiumFact(Timeout = Limit)]
    public async Task One_seed_has_no_interval()
    {
        ReportWriter.Write(SampleResults.Of(2), _directory);
        await using var opened = await OpenedPage.OpenAsync(Report, ColorScheme.Light, 1100);
        Assert.Equal("78.0", (await opened.TextsAsync("#accuracy-1 tbody tr:nth-child(2) strong")).Single());
        Assert.All(await opened.TextsAsync("#differences tbody td:nth-child(5)"), t => Assert.Equal("none (n = 1)", t));
    }
}
