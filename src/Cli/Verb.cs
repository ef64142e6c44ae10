using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Learngene.Cli;

/// <summary>A command with an example and what it does.</summary>
internal sealed class Verb(string name, string description, string example) : Command(name, description)
{
    /// <summary>A line that can be typed.</summary>
    public string Example => example;

    /// <summary>Says what the command does; what it throws becomes a sentence and an exit code.</summary>
    public Verb Does(Func<Call, Task<int>> work)
    {
        SetAction((parsed, token) =>
        {
            var call = new Call(parsed, token);
            return Exit.OfAsync(() => work(call), call);
        });
        return this;
    }
}

/// <summary>The usual help, and an example after it.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        string example = parseResult.CommandResult.Command is Verb verb ? verb.Example : "learngene status";
        parseResult.InvocationConfiguration.Output.WriteLine($"Example:{Environment.NewLine}  {example}");
        return code;
    }
}
