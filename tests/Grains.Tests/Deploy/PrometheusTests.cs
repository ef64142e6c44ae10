using System.Text.Json;
using System.Text.RegularExpressions;
using Learngene.Sdk;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>A real Prometheus reads what a silo exports, understands what alerts and dashboard ask, and raises an alert when the silo is gone.</summary>
public sealed class PrometheusTests
{
    [PrometheusFact(Timeout = 240_000)]
    public async Task Alerts_and_dashboard_work_in_a_real_Prometheus()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-prometheus-silo-").FullName;
        string metrics = $"127.0.0.1:{Clustering.FreePorts((System.Net.IPAddress.Loopback, 0, "metrics-address"))[0]}";
        // What an alert waits for is minutes; the expressions are as they are.
        string rules = Regex.Replace(Manifests.Read("deploy/prometheus/learngene.rules.yaml"), @"for: \d+m", "for: 0s");
        await using var prometheus = new PrometheusServer(rules, metrics);
        try
        {
            var settings = new SiloSettings { DataDir = directory, GatewayPort = 0, SiloPort = 0, HttpPort = 0, Threads = 1, MetricsAddress = metrics };
            await using (var silo = await SiloHost.StartAsync(settings, quiet: true, default))
            {
                await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
                await client.Data.AddAsync("fashion", SiloFixture.Images);
                await client.Jobs.WaitAsync((await client.Jobs.TrainAsync("model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);

                await prometheus.UntilAsync(async () => await prometheus.SeriesAsync("""up{job="learngene"} == 1""") == 1, "the silo is scraped");
                await prometheus.UntilAsync(async () => await prometheus.SeriesAsync("""learngene_jobs_duration_seconds_count{kind="train",outcome="completed"} > 0""") == 1, "the job is counted");
                // Every panel's question is one that Prometheus understands; those about the silo and its devices have an answer.
                var asked = Manifests.DashboardExpressions().Select(e => e.Replace("$instance", ".*", StringComparison.Ordinal)).ToList();
                Assert.True(asked.Count > 20);
                foreach (string expression in asked) await prometheus.SeriesAsync(expression);
                string[] silos = ["up", "learngene_lane_running", "dotnet_process_memory", "orleans_catalog", "learngene_pool_waiting"];
                var answered = asked.Where(e => silos.Any(s => e.Contains(s, StringComparison.Ordinal)) && !e.Contains("rate(", StringComparison.Ordinal)).ToList();
                Assert.True(answered.Count >= silos.Length, string.Join("; ", answered));
                foreach (string expression in answered) await prometheus.UntilAsync(async () => await prometheus.SeriesAsync(expression) > 0, expression);

                await prometheus.UntilAsync(async () => await RulesAsync() is { Count: > 5 } rules && rules.All(r => r.GetProperty("health").GetString() == "ok"), "every rule is evaluated");
                await prometheus.UntilAsync(async () => (await prometheus.AskAsync("alerts")).GetProperty("alerts").GetArrayLength() == 0, "no alert while the silo is there");
            }
            await prometheus.UntilAsync(async () => (await prometheus.AskAsync("alerts")).GetProperty("alerts").EnumerateArray()
                .Any(a => a.GetProperty("labels").GetProperty("alertname").GetString() == "LearngeneSiloDown" && a.GetProperty("state").GetString() == "firing"), "the alert that a silo is down");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        async Task<List<JsonElement>> RulesAsync() => [.. (await prometheus.AskAsync("rules")).GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray())];
    }
}
