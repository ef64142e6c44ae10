using System.CommandLine;
using Learngene.Cli;

namespace Learngene.Sdk.Tests.Cli;

/// <summary>Help of every command.</summary>
public sealed class HelpTests
{
    [Fact(Timeout = 60_000)]
    public async Task Every_command_ends_its_help_with_an_example_that_parses()
    {
        foreach (string[] path in Paths(CommandLine.Root(), []))
        {
            var output = new StringWriter();
            int code = await CommandLine.RunAsync([.. path, "--help"], new Terminal { Output = output, Error = output });
            string[] lines = output.ToString().TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
            Assert.Equal(0, code);
            Assert.Equal("Example:", lines[^2]);
            Assert.StartsWith("learngene", lines[^1]);
            Assert.Null(Usage.Mistake(CommandLine.Root().Parse(lines[^1].Split(' ')[1..])));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Help_is_also_what_the_process_prints()
    {
        var ran = await Programs.RunAsync(Programs.Cli, ["jobs", "--help"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("Example:", ran.Output);
        Assert.Empty(ran.Error);
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(c => Paths(c, [.. path, c.Name])).Prepend(path);
}
