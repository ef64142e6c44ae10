using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>What is in <c>deploy/</c>, parsed.</summary>
internal static class Manifests
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every file under deploy/ with one of these endings.</summary>
    public static IEnumerable<string> Files(params string[] endings) =>
        Directory.EnumerateFiles(Path.Combine(Root, "deploy"), "*", SearchOption.AllDirectories).Where(f => endings.Any(f.EndsWith) && !f.Contains("/certificates/", StringComparison.Ordinal)).Order();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The documents of a YAML file.</summary>
    public static List<YamlMappingNode> Documents(string file)
    {
        using var reader = new StreamReader(Path.Combine(Root, file));
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(d => (YamlMappingNode)d.RootNode)];
    }

    /// <summary>Every document of the manifests for Kubernetes, kustomizations left out.</summary>
    public static List<YamlMappingNode> Kubernetes() =>
        [.. Files(".yaml").Where(f => f.Contains("/kubernetes/", StringComparison.Ordinal) && !f.EndsWith("kustomization.yaml", StringComparison.Ordinal)).SelectMany(Documents)];

    /// <summary>What is at a path such as <c>spec/template/spec</c>; null if there is nothing.</summary>
    public static YamlNode? At(this YamlNode node, string path)
    {
        YamlNode? at = node;
        foreach (string part in path.Split('/'))
            at = at switch
            {
                YamlMappingNode map => map.Children.FirstOrDefault(c => (string?)c.Key == part).Value,
                YamlSequenceNode list => list.Children.ElementAtOrDefault(int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)),
                _ => null,
            };
        return at;
    }

    /// <summary>Text at a path.</summary>
    public static string? Text(this YamlNode node, string path) => (node.At(path) as YamlScalarNode)?.Value;

    /// <summary>What the panels of the dashboard ask Prometheus.</summary>
    public static List<string> DashboardExpressions()
    {
        using var dashboard = JsonDocument.Parse(Read("deploy/grafana/learngene.json"));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!)];
    }

    /// <summary>Everything below a node, the node too.</summary>
    public static IEnumerable<YamlNode> All(this YamlNode node) => node.AllNodes;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Learngene.Orleans.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("no Learngene.Orleans.sln above the tests");
    }
}
