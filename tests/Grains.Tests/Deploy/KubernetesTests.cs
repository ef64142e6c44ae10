using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using YamlDotNet.RepresentationModel;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>The manifests for Kubernetes fit together, and to the program.</summary>
[Collection(OneSilo.Name)]
public sealed class KubernetesTests(SiloFixture fixture)
{
    private static readonly List<YamlMappingNode> s_all = Manifests.Kubernetes();
    private static IEnumerable<YamlMappingNode> Pods => s_all.Where(d => d.Text("kind") == "StatefulSet");

    [Fact]
    public void Everything_has_a_kind_and_a_name_and_is_in_a_kustomization()
    {
        Assert.All(s_all, d => Assert.True(d.Text("apiVersion") is not null && d.Text("kind") is not null && d.Text("metadata/name") is not null));
        Assert.Equal(s_all.Count, s_all.Select(d => (d.Text("kind"), d.Text("metadata/name"))).Distinct().Count());
        foreach (string folder in (string[])["base", "gpu"])
        {
            string at = Path.Combine(Manifests.Root, "deploy", "kubernetes", folder);
            var resources = ((YamlSequenceNode)Manifests.Documents($"deploy/kubernetes/{folder}/kustomization.yaml")[0].At("resources")!).Select(r => ((YamlScalarNode)r).Value!).ToList();
            Assert.All(resources, r => Assert.True(Path.Exists(Path.Combine(at, r)), r));
            Assert.Equal(Directory.GetFiles(at, "*.yaml").Select(Path.GetFileName).Where(f => f != "kustomization.yaml").Order(), resources.Where(r => r.EndsWith(".yaml", StringComparison.Ordinal)).Order());
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Probes_ask_what_is_served()
    {
        using var http = new HttpClient { BaseAddress = new(fixture.Silo.Http) };
        foreach (var pod in Pods)
            foreach (string probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
            {
                var get = pod.At($"spec/template/spec/containers/0/{probe}/httpGet")!;
                Assert.Equal(("http", "HTTPS"), (get.Text("port"), get.Text("scheme")));
                Assert.True((await http.GetAsync(get.Text("path"))).IsSuccessStatusCode, get.Text("path"));
            }
    }

    [Fact]
    public void A_silo_has_time_to_end_and_no_variables_that_it_does_not_know()
    {
        var shutdown = fixture.Silo.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        Assert.All(Pods, p =>
        {
            Assert.True(int.Parse(p.Text("spec/template/spec/terminationGracePeriodSeconds")!, System.Globalization.CultureInfo.InvariantCulture) >= shutdown.TotalSeconds + 10);
            Assert.Equal("false", p.Text("spec/template/spec/enableServiceLinks"));
            Assert.Equal("true", p.Text("spec/template/spec/securityContext/runAsNonRoot"));
            Assert.Equal("10001", p.Text("spec/template/spec/securityContext/runAsUser"));
        });
        Assert.Contains("USER 10001:10001", Manifests.Read("deploy/docker/Dockerfile"));
        Assert.Contains("TimeoutStopSec=45", Manifests.Read("deploy/systemd/learngene-silo.service"));
        Assert.Equal("40s", Manifests.Documents("deploy/compose/compose.yaml")[0].Text("x-silo/stop_grace_period"));
    }

    [Fact]
    public void Selectors_find_the_pods_and_only_one_may_be_taken_away()
    {
        foreach (var pod in Pods)
        {
            var labels = Labels(pod.At("spec/template/metadata/labels")!);
            Assert.Equal(labels, Labels(pod.At("spec/selector/matchLabels")!));
            foreach (var (kind, path) in (ReadOnlySpan<(string, string)>)[("Service", "spec/selector"), ("PodDisruptionBudget", "spec/selector/matchLabels"), ("NetworkPolicy", "spec/podSelector/matchLabels")])
                foreach (var other in s_all.Where(d => d.Text("kind") == kind))
                    Assert.Subset(labels, Labels(other.At(path)!));
            Assert.Contains(s_all, d => d.Text("kind") == "Service" && d.Text("metadata/name") == pod.Text("spec/serviceName") && d.Text("spec/clusterIP") == "None");
        }
        Assert.Equal("1", s_all.Single(d => d.Text("kind") == "PodDisruptionBudget").Text("spec/maxUnavailable"));
    }

    [Fact]
    public void What_is_mounted_is_there_and_what_settings_name_is_mounted()
    {
        foreach (var pod in Pods)
        {
            var volumes = ((YamlSequenceNode)pod.At("spec/template/spec/volumes")!).Select(v => v.Text("name")).Append(pod.Text("spec/volumeClaimTemplates/0/metadata/name")).ToHashSet();
            var mounts = ((YamlSequenceNode)pod.At("spec/template/spec/containers/0/volumeMounts")!).ToList();
            Assert.All(mounts, m => Assert.Contains(m.Text("name"), volumes));
            Assert.Equal(s_all.Single(d => d.Text("kind") == "PersistentVolumeClaim").Text("metadata/name"), ((YamlSequenceNode)pod.At("spec/template/spec/volumes")!).Single(v => v.Text("name") == "shared").Text("persistentVolumeClaim/claimName"));
            var settings = s_all.Single(d => d.Text("kind") == "ConfigMap");
            Assert.Equal(settings.Text("metadata/name"), pod.Text("spec/template/spec/containers/0/envFrom/0/configMapRef/name"));
            foreach (string path in ((YamlMappingNode)settings.At("data")!).Children.Values.Select(v => ((YamlScalarNode)v).Value!).Where(v => v.StartsWith('/')))
                Assert.Contains(mounts, m => path == m.Text("mountPath") || path.StartsWith(m.Text("mountPath") + "/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Silos_with_a_gpu_differ_in_what_a_gpu_needs()
    {
        var (cpu, gpu) = (Pods.Single(p => p.Text("metadata/name") == "learngene-silo"), Pods.Single(p => p.Text("metadata/name") == "learngene-silo-gpu"));
        Assert.Equal("true", ((YamlMappingNode)gpu.At("spec/template/spec/nodeSelector")!).Children.Single(c => (string?)c.Key == "nvidia.com/gpu.present").Value.ToString());
        Assert.Equal("1", ((YamlMappingNode)gpu.At("spec/template/spec/containers/0/resources/limits")!).Children.Single(c => (string?)c.Key == "nvidia.com/gpu").Value.ToString());
        Assert.Null(cpu.At("spec/template/spec/nodeSelector"));
        foreach (string same in (string[])["startupProbe", "livenessProbe", "readinessProbe", "ports", "env", "envFrom", "volumeMounts", "securityContext", "args"])
            Assert.Equal(cpu.At($"spec/template/spec/containers/0/{same}"), gpu.At($"spec/template/spec/containers/0/{same}"));
    }

    private static HashSet<string> Labels(YamlNode map) => [.. ((YamlMappingNode)map).Children.Select(c => $"{c.Key}={c.Value}")];
}
