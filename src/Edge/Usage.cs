using System.CommandLine;
using System.CommandLine.Parsing;
using Learngene.Vision;

namespace Learngene.Edge;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static class Usage
{
    private const string Program = "learngene-edge";

    /// <summary>The first mistake as one sentence, or null.</summary>
    public static string? Mistake(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string full = command is RootCommand ? Program : $"{Program} {command.Name}";
        string[] options = [.. command.Options.Where(o => !o.Hidden).Select(o => o.Name)];
        // The parser takes an option that follows one without its value for that value.
        var arguments = parsed.Tokens.Where(t => t.Type == TokenType.Argument).Select(t => t.Value);
        if (arguments.FirstOrDefault(a => a.StartsWith('-') && a.Length > 1 && !char.IsAsciiDigit(a[1])) is { } stranger)
            return options.Contains(stranger)
                ? $"the option before '{stranger}' needs a value; see '{full} --help'."
                : $"'{full}' has no option '{stranger}'; did you mean '{Json.Nearest(stranger, options)}'?";
        if (parsed.UnmatchedTokens.FirstOrDefault() is { } token)
            return command.Subcommands.Count > 0
                ? $"'{full}' has no command '{token}'; did you mean '{Json.Nearest(token, command.Subcommands.Select(c => c.Name))}'?"
                : $"'{full}' does not take the argument '{token}'; see '{full} --help'.";
        if (parsed.Errors.Count == 0) return null;
        if (command.Action is null) return $"'{full}' needs a command, one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
        if (command.Options.FirstOrDefault(o => o.Required && parsed.GetResult(o) is null or { Implicit: true }) is { } wanted)
            return $"'{full}' needs {wanted.Name}: {wanted.Description}";
        if (parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(o => o.Option.Arity.MaximumNumberOfValues == 1 && o.Tokens.Count > 1) is { } again)
            return $"{again.Option.Name} is given {again.Tokens.Count} times, with {string.Join(" and ", again.Tokens.Select(t => $"'{t.Value}'"))}; it is allowed once.";
        return OneLine(parsed.Errors[0].Message);
    }

    /// <summary>Text without line breaks.</summary>
    public static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
