using Learngene.Cli.Report;
using Learngene.Sdk.Experiments;

namespace Learngene.Console.Tests;

/// <summary>A comparison's files and numbers.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-report-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Three_numbers_have_an_interval()
    {
        Assert.Equal(new(3, 2, 1), Statistics.Of([1, 2, 3]));
        var interval = Statistics.Interval95([1, 2, 3])!.Value; // 2 -+ 4.3027 / sqrt 3
        Assert.Equal(-0.48414, interval.Low, 4);
        Assert.Equal(4.48414, interval.High, 4);
        Assert.True(interval.HoldsZero);
    }

    [Fact]
    public void Two_numbers_have_a_wide_one()
    {
        var interval = Statistics.Interval95([0, 2])!.Value; // sd sqrt 2, t(0.975, 1) = 12.7062: 1 -+ 12.7062
        Assert.Equal(-11.7062, interval.Low, 3);
        Assert.Equal(13.7062, interval.High, 3);
    }

    [Fact]
    public void One_number_has_neither_deviation_nor_interval()
    {
        Assert.Equal(new(1, 5, null), Statistics.Of([5]));
        Assert.Null(Statistics.Interval95([5]));
    }

    [Fact]
    public void Differences_pair_size_and_seed()
    {
        var all = Comparison.All(new(SampleResults.Of(1, 2, 3)));
        var lets = all.Single(c => c is { Method: "LeTs", Epochs: 1, ReferenceEpochs: 10 });
        Assert.Equal([0.025, 0.03, 0.035], lets.BySeed.Select(d => Math.Round(d, 6)));
        Assert.Equal((9, 3, 0, 0), (lets.Pairs, lets.Wins, lets.Ties, lets.Losses));
        var decomposition = all.Single(c => c is { Method: "decomposition", Epochs: 1, ReferenceEpochs: 10 }); // components 1, 2, 4: -3, -2, 0 points
        Assert.Equal((27, 0, 3, 6), (decomposition.Pairs, decomposition.Wins, decomposition.Ties, decomposition.Losses));
        Assert.Equal(8, all.Single(c => c is { Method: SampleResults.Hostile, Epochs: 1, ReferenceEpochs: 1 }).Pairs);
    }

    [Fact]
    public void Methods_that_both_start_from_something_pair_at_equal_epochs()
    {
        var results = SampleResults.Of(1, 2);
        var all = Comparison.All(new(results with { Experiment = results.Experiment with { Reference = "LeTs" } }));
        Assert.All(all.Where(c => c.Method != "Scratch"), c => Assert.Equal(c.Epochs, c.ReferenceEpochs));
        Assert.Equal([(1, 0), (1, 1), (10, 0), (10, 1)], all.Where(c => c.Method == "Scratch").Select(c => (c.Epochs, c.ReferenceEpochs)));
    }

    [Fact]
    public void The_csv_has_a_row_per_cell_and_quotes_what_must_be()
    {
        ReportWriter.Write(SampleResults.Of(1, 2, 3), _directory);
        string csv = File.ReadAllText(Path.Combine(_directory, "results.csv"));
        string[] lines = csv.Split("\r\n");
        Assert.Equal("method,kind,seed,width,depth,components,epochs,parameters,flops,accuracy,loss,seconds,learnSeconds,hash,software,machine,error", lines[0]);
        Assert.Equal(108 + 2, lines.Length);
        Assert.Contains(lines, l => l.StartsWith("LeTs,lets,2,32,2,,0,24576,819200,0.65,0.35,2,120,", StringComparison.Ordinal) && l.EndsWith(",0.1.0,cpu (2 threads),", StringComparison.Ordinal));
        Assert.Contains(",\"ran out of \"\"memory\"\", \nthen stopped <b>\"\r\n", csv);
    }

    [Fact]
    public void The_json_reads_back_and_nothing_half_written_stays()
    {
        var results = SampleResults.Of(1, 2);
        ReportWriter.Write(results, _directory);
        ReportWriter.Write(results, _directory);
        Assert.Equal(results.Cells.Count, ExperimentResults.Parse(File.ReadAllText(Path.Combine(_directory, "results.json"))).Cells.Count);
        Assert.Equal(["report.html", "results.csv", "results.json"], Directory.GetFiles(_directory).Select(f => Path.GetFileName(f)!).Order());
    }

    [Fact]
    public void The_verdict_names_the_best_and_how_sure_that_is()
    {
        string verdict = new Verdict(new(SampleResults.Of(1, 2, 3))).Text().ToString().Replace("&#160;", " ");
        Assert.Contains("After 1 epoch, LeTs is the most accurate: 78.0 % on average over 3 sizes and 3 seeds, 3.0 points above decomposition, 4 components", verdict);
        Assert.Contains("7.0 points below Scratch after 10 epochs", verdict);
        Assert.Contains("1 cell of 108 failed and is left out.", verdict);
    }

    // 120 s a stage, three widths.
    [Fact]
    public void A_stage_that_serves_every_width_is_paid_once()
    {
        var results = SampleResults.Of(1);
        string Stage(ExperimentResults of) => Costs.Table(new(of)).ToString().Split("<th scope=\"row\">decomposition</th><td class=\"n\">")[1].Split('<')[0];
        Assert.Equal("360", Stage(results));
        var methods = results.Experiment.Methods.Select(m => m.Kind == "decomposition" ? m with { Settings = new() { ["componentWidth"] = 32 } } : m);
        Assert.Equal("120", Stage(results with { Experiment = results.Experiment with { Methods = [.. methods] } }));
    }

    [Fact]
    public void No_text_becomes_a_tag()
    {
        string page = Page.Of(new(SampleResults.Of(1))).ToString();
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("<?xml", page);
    }

    [Fact]
    public void An_experiment_that_failed_altogether_still_has_a_report()
    {
        var results = SampleResults.Of(1);
        string page = Page.Of(new(results with { Cells = [.. results.Cells.Select(c => c with { Accuracy = null, Parameters = 0, Error = "no" })] })).ToString();
        Assert.Contains("No cell gave an accuracy.", page);
        Assert.Contains("No cell gave an accuracy.", Page.Of(new(results with { Cells = [] })).ToString());
    }

    [Theory]
    [InlineData(999, "999")]
    [InlineData(12_345, "12.3 k")]
    [InlineData(999_960, "1.0 M")]
    [InlineData(1_234_567, "1.2 M")]
    public void Counts_are_short(double count, string text) => Assert.Equal(text, Figures.Count(count).Replace('\u00a0', ' '));
}
