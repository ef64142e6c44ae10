using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Learngene.Conventions.Tests;

public sealed class LayoutTests
{
    // Who may reference whom: Cli -> Sdk -> Interfaces <- Grains -> Vision <- Edge -> Sdk, Silo -> Grains, and Silo -> Sdk for the demo.
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "Interfaces", [] },
        { "Vision", [] },
        { "Grains", ["Interfaces", "Vision"] },
        { "Sdk", ["Interfaces"] },
        { "Cli", ["Sdk"] },
        { "Silo", ["Grains", "Sdk"] },
        { "Edge", ["Sdk", "Vision"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void References_point_one_way(string project, string[] allowed) =>
        Assert.Equal(allowed.Order(), Items(project, "ProjectReference").Select(p => p.Replace('\\', '/').Split('/')[1]).Order());

    [Fact]
    public void Every_project_under_src_is_in_the_list_above() =>
        Assert.Equal(Allowed.Select(row => (string)row[0]).Order(), Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!).Order());

    [Fact]
    public void Vision_knows_no_Orleans_no_async_no_injection_and_no_logging()
    {
        Assert.DoesNotContain(Items("Vision", "PackageReference"), p => p.Contains("Orleans") || p.Contains("Extensions"));
        foreach (string file in Repository.Files("src/Vision", "*.cs"))
            Assert.False(Regex.IsMatch(File.ReadAllText(file), @"using (Orleans|Microsoft\.Extensions)|\basync\b|\bawait\b"), Repository.Name(file));
    }

    [Fact]
    public void Sdk_and_Cli_know_no_tensors()
    {
        foreach (string project in (string[])["Interfaces", "Sdk", "Cli"])
            Assert.DoesNotContain(Items(project, "PackageReference"), p => p.Contains("Torch"));
    }

    [Fact]
    public void Grains_are_internal_and_sealed_and_hold_no_tensor()
    {
        foreach (string file in Repository.Files("src/Grains", "*Grain.cs"))
        {
            string text = File.ReadAllText(file);
            Assert.True(Regex.IsMatch(text, @"internal sealed (partial )?class \w+Grain\b"), Repository.Name(file));
            Assert.DoesNotContain("TorchSharp", text);
            Assert.DoesNotContain("ConfigureAwait(false)", text);
        }
    }

    [Fact]
    public void Only_the_registration_of_Grains_is_public()
    {
        string[] outside = ["LearngeneOptions", "LearngeneSiloExtensions"];
        foreach (string file in Repository.Files("src/Grains", "*.cs"))
            foreach (Match type in Regex.Matches(File.ReadAllText(file), @"^public [\w ]*(class|record|struct|interface|enum) (?<name>\w+)", RegexOptions.Multiline))
                Assert.Contains(type.Groups["name"].Value, outside);
    }

    [Fact]
    public void Travelling_values_have_stable_names()
    {
        foreach (string file in Repository.Files("src/Interfaces", "*.cs"))
        {
            string text = File.ReadAllText(file);
            foreach (Match attribute in Regex.Matches(text, @"\[GenerateSerializer[^\]]*\]"))
                Assert.Contains("Alias(", attribute.Value);
            if (text.Contains(": IGrainWith")) Assert.Contains("[Alias(", text);
        }
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, $"Learngene.{project}.csproj")).Descendants(kind).Select(e => (string)e.Attribute("Include")!);
}
