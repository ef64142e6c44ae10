using System.Text.RegularExpressions;
using Learngene.Vision.Federation;

namespace Learngene.Vision.Tests.Federation;

public sealed class ShippedSpecificationTests
{
    private static readonly string s_root = Root();

    public static TheoryData<string> Files => [.. Directory.GetFiles(Path.Combine(s_root, "deploy", "federations"), "*.json").Select(f => Path.GetFileName(f)!)];

    [Theory, MemberData(nameof(Files))]
    public void A_specification_that_ships_can_be_started(string file) =>
        FederationSettings.Parse(File.ReadAllText(Path.Combine(s_root, "deploy", "federations", file))).Resolved().Validate();

    [Fact]
    public void Every_key_of_a_specification_is_in_the_documents()
    {
        string documents = File.ReadAllText(Path.Combine(s_root, "docs", "federations.md"));
        foreach (string file in Directory.GetFiles(Path.Combine(s_root, "src", "Vision", "Federation", "Settings"), "*.cs"))
            foreach (Match property in Regex.Matches(File.ReadAllText(file), @"public (?:required )?[\w?<>]+ (?<name>\w+) \{ get(; init;| =>)"))
            {
                string key = property.Groups["name"].Value;
                key = char.ToLowerInvariant(key[0]) + key[1..];
                Assert.True(Regex.IsMatch(documents, $@"\b{key}\b"), $"{Path.GetFileName(file)}: '{key}' is not in docs/federations.md");
            }
    }

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Learngene.Orleans.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("the tests do not run inside a clone.");
    }
}
