using System.CommandLine;
using System.Text.RegularExpressions;
using Learngene.Silo.Hosting;
using YamlDotNet.RepresentationModel;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>What the manifests tell a silo is what a silo knows.</summary>
public sealed class SettingsInManifestsTests
{
    private static readonly string[] s_variables = [.. SiloSettings.Options().Select(o => "LEARNGENE_" + o.Name[2..].Replace('-', '_').ToUpperInvariant())];

    [Fact]
    public void Every_variable_is_a_setting()
    {
        var named = Manifests.Files("").SelectMany(f => Regex.Matches(File.ReadAllText(f), @"\bLEARNGENE_[A-Z0-9_]*[A-Z0-9]").Select(m => (File: Path.GetRelativePath(Manifests.Root, f), m.Value))).ToList();
        Assert.True(named.Count > 40, $"{named.Count} variables were found");
        Assert.Empty(named.Where(n => !s_variables.Contains(n.Value)).Select(n => $"{n.File}: {n.Value}"));
    }

    [Fact]
    public void Every_command_is_one()
    {
        string[] known = ["serve", "migrate"];
        var kubernetes = Pods().SelectMany(p => ((YamlSequenceNode?)p.At("spec/template/spec/initContainers") ?? []).Concat((YamlSequenceNode)p.At("spec/template/spec/containers")!)).Select(c => c.Text("args/0"));
        var compose = ((YamlMappingNode)Compose().At("services")!).Children.Values.Where(s => s.Text("image")?.StartsWith("learngene", StringComparison.Ordinal) == true || s.At("<<") is not null).Select(s => s.Text("command/0") ?? "serve");
        Assert.All(kubernetes.Concat(compose), c => Assert.Contains(c, known));
        Assert.Contains("ExecStart=/usr/bin/dotnet /opt/learngene/silo/learngene-silo.dll serve\n", Manifests.Read("deploy/systemd/learngene-silo.service"));
        Assert.Contains("CMD [\"serve\"]", Manifests.Read("deploy/docker/Dockerfile"));
    }

    public static TheoryData<string> Sets => ["kubernetes", "compose", "systemd"];

    [Theory, MemberData(nameof(Sets))]
    public void All_of_them_together_are_taken_by_a_silo(string set)
    {
        List<(string Name, string Value)> values = set switch
        {
            "kubernetes" => Pairs(Manifests.Documents("deploy/kubernetes/base/settings.yaml")[0].At("data")!),
            "compose" => [.. Pairs(Compose().At("x-environment")!), .. Pairs(Compose().At("services/silo-1/environment")!)],
            _ => [.. Manifests.Read("deploy/systemd/silo.env.example").Split('\n').Where(l => l.StartsWith("LEARNGENE_", StringComparison.Ordinal)).Select(l => l.Split('=', 2)).Select(p => (p[0], p[1]))],
        };
        if (set == "kubernetes") values.Add(("LEARNGENE_ADVERTISED_ADDRESS", "10.0.0.7")); // the pod's own
        string files = Directory.CreateTempSubdirectory("learngene-manifest-").FullName, some = Path.Combine(files, "some");
        File.WriteAllText(some, "x");
        try
        {
            var arguments = values.Where(v => v.Name.StartsWith("LEARNGENE_", StringComparison.Ordinal))
                .SelectMany(v => (string[])["--" + v.Name["LEARNGENE_".Length..].ToLowerInvariant().Replace('_', '-'), v.Value.StartsWith("/etc/", StringComparison.Ordinal) ? some : v.Value]);
            var options = SiloSettings.Options();
            var command = new Command("serve");
            foreach (var option in options) command.Add(option);
            var parsed = command.Parse([.. arguments]);
            Assert.Empty(parsed.Errors);
            var settings = SiloSettings.Read(parsed, options, Path.Combine(files, "none.json"));
            settings.RequireFitForServing("Production");
            Assert.True(settings.ClusterTls);
            Assert.False(settings.LoopbackHttp);
            Assert.Equal((8080, 11_111, 30_000, 9464), (settings.HttpPort, settings.SiloPort, settings.GatewayPort, settings.Metrics!.Port));
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    [Fact]
    public void Ports_are_those_that_a_silo_listens_on()
    {
        var settings = new SiloSettings();
        var ports = new Dictionary<string, int> { ["http"] = settings.HttpPort, ["silo"] = settings.SiloPort, ["gateway"] = settings.GatewayPort, ["metrics"] = 9464 };
        foreach (var pod in Pods())
        {
            Assert.Equal(ports.OrderBy(p => p.Key), ((YamlSequenceNode)pod.At("spec/template/spec/containers/0/ports")!).Select(p => KeyValuePair.Create(p.Text("name")!, Number(p.Text("containerPort")))).OrderBy(p => p.Key));
            Assert.Equal("9464", Annotation(pod, "prometheus.io/port"));
        }
        Assert.Equal(ports.Values.Order(), Regex.Match(Manifests.Read("deploy/docker/Dockerfile"), "EXPOSE (.*)").Groups[1].Value.Split(' ').Select(Number).Order());
        foreach (var service in Manifests.Kubernetes().Where(d => d.Text("kind") == "Service"))
            Assert.All((YamlSequenceNode)service.At("spec/ports")!, p => Assert.Equal(ports[p.Text("targetPort")!], Number(p.Text("port"))));
        var policy = Manifests.Kubernetes().Single(d => d.Text("kind") == "NetworkPolicy");
        Assert.Equal(ports.Values.Order(), policy.All().OfType<YamlMappingNode>().Select(m => m.Text("port")).OfType<string>().Select(Number).Distinct().Order());
        foreach (string silo in (string[])["silo-1", "silo-2"])
            Assert.Equal([8080, 9464], ((YamlSequenceNode)Compose().At($"services/{silo}/ports")!).Select(p => Number(((YamlScalarNode)p).Value!.Split(':')[^1])));
    }

    private static string? Annotation(YamlNode pod, string name) =>
        ((YamlMappingNode)pod.At("spec/template/metadata/annotations")!).Children.Single(c => (string?)c.Key == name).Value is YamlScalarNode text ? text.Value : null;

    private static IEnumerable<YamlMappingNode> Pods() => Manifests.Kubernetes().Where(d => d.Text("kind") == "StatefulSet");

    private static YamlMappingNode Compose() => Manifests.Documents("deploy/compose/compose.yaml").Single();

    private static List<(string Name, string Value)> Pairs(YamlNode map) =>
        [.. ((YamlMappingNode)map).Children.Where(c => c.Value is YamlScalarNode && (string?)c.Key != "<<").Select(c => ((string)c.Key!, ((YamlScalarNode)c.Value).Value!))];

    private static int Number(string? text) => int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);
}
