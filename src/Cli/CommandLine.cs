using System.CommandLine;
using System.CommandLine.Help;
using Learngene.Cli.Commands;

namespace Learngene.Cli;

/// <summary>The whole command: what there is, and from arguments to an exit code.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var parsed = Root().Parse(args, s_parser);
        if (parsed.Action is HelpWithExample or null or { ClearsParseErrors: true } || (Configuration.Mistake() ?? Usage.Mistake(parsed)) is not { } mistake)
            return await parsed.InvokeAsync(terminal);
        await terminal.Error.WriteLineAsync(mistake);
        return Exit.Wrong;
    }

    public static RootCommand Root()
    {
        RootCommand root = new("Turns one big Vision Transformer into right-sized initialised ones, on a Learngene cluster.")
        {
            GlobalFlags.Cluster, GlobalFlags.ClusterId, GlobalFlags.Certificate, GlobalFlags.Key, GlobalFlags.Authorities, GlobalFlags.Json, GlobalFlags.Quiet,
            StatusCommand.Create(), DataCommands.Create(), TrainCommand.Create(), LearnCommands.Create(), LearnCommands.Decompose(), ModelFileCommands.Import(),
            ModelFileCommands.Export(), RepositoryCommands.List(), RepositoryCommands.Show(), RepositoryCommands.Lineage(), RepositoryCommands.Tag(),
            RepositoryCommands.Retire(), DescendCommand.Create(), FinetuneCommand.Create(), EvaluateCommand.Create(), JobCommands.Create(), FederateCommands.Create(), TokenCommands.Create(), WeightCommands.Create(), CompareCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }
}
