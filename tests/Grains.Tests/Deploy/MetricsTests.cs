using System.Text.Json;
using System.Text.RegularExpressions;
using Learngene.Grains.Tests.Federation;
using Learngene.Grains.Tests.Weights.S3;
using Learngene.Sdk;
using Learngene.Silo.Hosting;
using YamlDotNet.RepresentationModel;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>What alerts and dashboards ask for is what a silo exports.</summary>
public sealed class MetricsTests
{
    // Prometheus' own, and of a histogram those that the exporter makes of its name.
    private static readonly string[] s_prometheus = ["up"];

    [S3Fact(Timeout = 180_000)]
    public async Task Every_metric_of_alerts_dashboard_and_documents_is_exported()
    {
        await using var server = await S3Server.StartAsync();
        string directory = Directory.CreateTempSubdirectory("learngene-metrics-").FullName;
        try
        {
            var settings = new SiloSettings
            {
                DataDir = directory, GatewayPort = 0, SiloPort = 0, HttpPort = 0, Threads = 1, Weights = $"s3://{S3Server.Bucket}/metrics", S3Endpoint = server.Endpoint, S3PathStyle = true,
                S3Credentials = server.Credentials, MetricsAddress = $"127.0.0.1:{Clustering.FreePorts((System.Net.IPAddress.Loopback, 0, "metrics-address"))[0]}", WeightCacheBytes = 2_500_000, CheckpointSeconds = 0.1,
            };
            await using var silo = await SiloHost.StartAsync(settings, quiet: true, default);
            await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
            await client.Data.AddAsync("fashion", SiloFixture.Images);
            for (int i = 0; i < 2; i++) // enough for the small cache to evict something
                await client.Jobs.WaitAsync((await client.Jobs.TrainAsync($"model-{i}", "fashion", 96, 4, 7, options: SiloFixture.Small(seed: (ulong)i))).Id);
            await client.Weights.DownloadAsync((await client.Learngenes.GetAsync("model-0")).Weights, Path.Combine(directory, "model"));
            await client.Federations.StartAsync(Specifications.Small("fed", rounds: 2));
            await client.Federations.WaitAsync("fed");
            await server.KillAsync();
            var asking = client.StatusAsync();
            await server.RestartAsync();
            await asking;

            using var http = new HttpClient();
            string scraped = await http.GetStringAsync($"http://{settings.MetricsAddress}/metrics");
            var exported = Regex.Matches(scraped, @"^(?<name>[a-z_]+)[{ ]", RegexOptions.Multiline).Select(m => m.Groups["name"].Value).ToHashSet();
            var asked = Asked();
            Assert.True(asked.Count > 20, string.Join(", ", asked));
            Assert.Equal("", string.Join(", ", asked.Except(s_prometheus).Except(exported)));

            var documented = Regex.Matches(Manifests.Read("docs/metrics.md"), @"`(?<name>learngene_[a-z_]+)`").Select(m => m.Groups["name"].Value).ToHashSet();
            Assert.Equal("", string.Join(", ", documented.Where(d => !exported.Contains(d) && !exported.Contains(d + "_count"))));
            var ours = exported.Where(e => e.StartsWith("learngene_", StringComparison.Ordinal)).Select(e => Regex.Replace(e, "_(bucket|sum|count)$", "")).Distinct();
            Assert.Equal("", string.Join(", ", ours.Except(documented)));

            // Nothing else is served on that port, and on the other one metrics are for this machine alone.
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync($"http://{settings.MetricsAddress}/health/live")).StatusCode);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync($"http://{settings.MetricsAddress}/dashboard")).StatusCode);
            Assert.True((await http.GetAsync($"{silo.Http}/metrics")).IsSuccessStatusCode);
            using var elsewhere = new HttpRequestMessage(HttpMethod.Get, $"{silo.Http}/metrics");
            elsewhere.Headers.Host = "evil.example";
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await http.SendAsync(elsewhere)).StatusCode);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Every_alert_has_a_line_that_says_what_to_do()
    {
        string documents = Manifests.Read("docs/metrics.md");
        var alerts = Rules().Select(r => r.Text("alert")!).ToList();
        Assert.Equal(alerts.Count, alerts.Distinct().Count());
        Assert.All(alerts, a => Assert.Contains($"| {a} |", documents));
        Assert.All(Regex.Matches(documents, @"^\| (?<alert>Learngene\w+) \|", RegexOptions.Multiline), m => Assert.Contains(m.Groups["alert"].Value, alerts));
        Assert.All(Rules(), r => Assert.True(r.Text("labels/severity") is "warning" or "critical" && r.Text("annotations/summary") is { Length: > 10 }, r.Text("alert")));
    }

    [Fact]
    public void The_dashboard_has_panels_that_do_not_overlap()
    {
        using var dashboard = JsonDocument.Parse(Manifests.Read("deploy/grafana/learngene.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(p => (p.GetProperty("gridPos").GetProperty("x").GetInt32(), p.GetProperty("gridPos").GetProperty("y").GetInt32())).Distinct().Count());
        Assert.All(panels, p => Assert.NotEmpty(p.GetProperty("targets").EnumerateArray()));
    }

    private static IEnumerable<YamlNode> Rules() => ((YamlSequenceNode)Manifests.Documents("deploy/prometheus/learngene.rules.yaml")[0].At("groups")!).SelectMany(g => (YamlSequenceNode)g.At("rules")!);

    private static HashSet<string> Asked()
    {
        var expressions = Manifests.DashboardExpressions().Concat(Rules().Select(r => r.Text("expr")!)).Select(e => Regex.Replace(e, @"by \([^)]*\)", "")).ToList();
        return [.. expressions.SelectMany(e => Regex.Matches(e, @"(?<![a-z_\""])(?<name>(learngene|orleans|dotnet|http|kestrel|up)[a-z_]*)(?=[{\[)]|$)").Select(m => m.Groups["name"].Value))];
    }
}
