using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Learngene.Edge.Join;
using Learngene.Edge.Probe;

namespace Learngene.Edge;

/// <summary>The whole command: what there is, and from arguments to an exit code.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args)
    {
        var terminal = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) };
        if (args.Length == 0)
        {
            terminal.Output = terminal.Error;
            await Root().Parse(["--help"], s_parser).InvokeAsync(terminal);
            return Exit.Wrong;
        }
        var parsed = Root().Parse(args, s_parser);
        if (parsed.Action is { ClearsParseErrors: true } || Usage.Mistake(parsed) is not { } mistake) return await parsed.InvokeAsync(terminal);
        await terminal.Error.WriteLineAsync(mistake);
        return Exit.Wrong;
    }

    private static RootCommand Root()
    {
        RootCommand root = new("The part of Learngene that runs beside a device: measures what it can run, and takes part in federations beside private images.") { JoinCommand.Create(), ProbeCommand.Create() };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }
}

/// <summary>The usual help, and an example after it.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine($"Example:{Environment.NewLine}  {(parseResult.CommandResult.Command.Name == "join" ? JoinCommand.Example : ProbeCommand.Example)}");
        return code;
    }
}
