using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Learngene.Conventions.Tests;

public sealed class HouseRulesTests
{
    [Fact]
    public void Files_are_small_enough_to_hold_in_the_head()
    {
        foreach (string file in Repository.Files("src", "*.cs"))
            Assert.True(File.ReadLines(file).Count() <= 280, $"{Repository.Name(file)} has more than 280 lines: what two things is it?");
    }

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        foreach (string file in Repository.Files("src", "*.cs"))
            Assert.False(Regex.IsMatch(Path.GetFileNameWithoutExtension(file), "(Manager|Helper|Util|Utils|Dto|Impl|Common)$"), Repository.Name(file));
    }

    [Fact]
    public void Every_public_member_of_src_is_documented_or_the_build_fails()
    {
        string props = Repository.Read("Directory.Build.props");
        Assert.Contains("<GenerateDocumentationFile>true", props);
        Assert.Contains("<TreatWarningsAsErrors>true", props);
        foreach (string project in Repository.Files("src", "*.csproj"))
        {
            string text = File.ReadAllText(project);
            Assert.DoesNotContain("NoWarn", text);
            Assert.DoesNotContain("GenerateDocumentationFile", text);
        }
    }

    [Fact]
    public void Every_dependency_has_its_reason()
    {
        string reasons = Repository.Read("docs/dependencies.md");
        foreach (var package in XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion"))
            Assert.Contains($"`{(string)package.Attribute("Include")!}`", reasons);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        foreach (string file in Repository.Files("docs", "*.md").Append(Path.Combine(Repository.Root, "README.md")).Append(Path.Combine(Repository.Root, "CONTRIBUTING.md")))
            foreach (Match link in Regex.Matches(File.ReadAllText(file), @"\]\((?!https?://|#)(?<to>[^)#]+)"))
            {
                string target = Path.Combine(Path.GetDirectoryName(file)!, link.Groups["to"].Value);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{Repository.Name(file)} links to {link.Groups["to"].Value}");
            }
    }

    [Fact]
    public void The_change_log_has_a_place_for_what_is_next() => Assert.Contains("## Unreleased", Repository.Read("CHANGELOG.md"));

    [Fact]
    public void Every_setting_of_the_silo_is_in_the_documents()
    {
        string settings = string.Concat(Repository.Files("src/Silo/Hosting", "SiloSettings*.cs").Select(File.ReadAllText)), documents = Repository.Read("docs/options.md");
        foreach (Match property in Regex.Matches(settings, @"public \w+ (?<name>\w+) \{ get; init; \}"))
        {
            string key = property.Groups["name"].Value;
            Assert.Contains($"`{char.ToLowerInvariant(key[0])}{key[1..]}`", documents);
        }
    }

    [Fact]
    public void The_command_line_knows_a_silos_settings_from_a_mistake()
    {
        string settings = string.Concat(Repository.Files("src/Silo/Hosting", "SiloSettings*.cs").Select(File.ReadAllText)), cli = Repository.Read("src/Cli/Configuration.cs");
        var keys = Regex.Matches(settings, @"public [\w?]+ (?<name>\w+) \{ get; init; \}").Select(m => m.Groups["name"].Value).Select(k => $"{char.ToLowerInvariant(k[0])}{k[1..]}");
        var known = Regex.Matches(cli, @"""(?<key>[a-z]\w+)""[,\]]").Select(m => m.Groups["key"].Value);
        Assert.Equal(["cluster", .. keys.Order()], known.Order().OrderBy(k => k != "cluster"));
    }

    [Fact]
    public void Every_option_of_a_job_is_in_the_documents()
    {
        string documents = Repository.Read("docs/options.md");
        string[] options = [
            "Training/TrainingOptions.cs", "Training/TrainSettings.cs", "Lets/LetsSettings.cs", "Lets/DescendSettings.cs",
            "Decomposition/DecompositionSettings.cs", "Decomposition/DecomposeSettings.cs", "Baselines/BaselineSettings.cs", "Baselines/InitialiseSettings.cs",
        ];
        foreach (string file in options.Select(f => "src/Vision/" + f))
            foreach (Match property in Regex.Matches(Repository.Read(file), @"public (?:new )?[\w?<>]+ (?<name>\w+)\s+\{\s+get;\s+init(;| =>)"))
            {
                string key = property.Groups["name"].Value;
                Assert.Contains($"`{char.ToLowerInvariant(key[0])}{key[1..]}`", documents);
            }
    }
}
