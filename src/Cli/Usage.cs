using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Learngene.Sdk;

namespace Learngene.Cli;

/// <summary>Says what is wrong with a command line, and what was probably meant.</summary>
internal static partial class Usage
{
    /// <summary>The first mistake as one sentence, or null.</summary>
    public static string? Mistake(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0 && Strangers(parsed).FirstOrDefault() is null) return null;
        var command = parsed.CommandResult.Command;
        string full = FullName(parsed.CommandResult);
        string[] known = [.. Options(parsed.CommandResult)];
        if (Strangers(parsed).FirstOrDefault() is { } stranger)
            return known.Contains(stranger)
                ? $"the option before '{stranger}' needs a value; see '{full} --help'."
                : $"'{full}' has no option '{stranger}'; did you mean '{Spelling.Nearest(stranger, known)}'?";
        if (parsed.UnmatchedTokens.FirstOrDefault() is { } token)
            return command.Subcommands.Count > 0
                ? $"'{full}' has no command '{token}'; did you mean '{Spelling.Nearest(token, command.Subcommands.Select(c => c.Name))}'?"
                : $"'{full}' does not take the argument '{token}'; see '{full} --help'.";
        if (command.Subcommands.Count > 0 && command.Action is null)
            return $"'{full}' needs a command, one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
        if (command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(a) is not { Tokens.Count: > 0 }) is { } missing)
            return $"'{full}' needs {missing.Name}; see '{full} --help'.";
        if (command.Options.FirstOrDefault(o => o.Required && parsed.GetResult(o) is null or { Implicit: true }) is { } wanted)
            return $"'{full}' needs {wanted.Name}: {wanted.Description}";
        if (parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(o => o.Option.Arity.MaximumNumberOfValues == 1 && o.Tokens.Count > 1) is { } again)
            return $"{again.Option.Name} is given {again.Tokens.Count} times, with {string.Join(" and ", again.Tokens.Select(t => $"'{t.Value}'"))}; it is allowed once.";
        return OneLine(parsed.Errors[0].Message);
    }

    /// <summary>Text without line breaks.</summary>
    public static string OneLine(string text) => LineBreaks().Replace(text.Trim(), " ");

    // The parser takes an unknown option for an argument, so arguments are looked through as well.
    private static IEnumerable<string> Strangers(ParseResult parsed)
    {
        int end = parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).Count();
        return parsed.Tokens.Take(end).Where(t => t.Type == TokenType.Argument).Select(t => t.Value).Where(v => OptionLike().IsMatch(v));
    }

    private static IEnumerable<string> Options(CommandResult result)
    {
        var own = result.Command.Options.AsEnumerable();
        for (var up = result.Parent as CommandResult; up is not null; up = up.Parent as CommandResult) own = own.Concat(up.Command.Options.Where(o => o.Recursive));
        return own.Where(o => !o.Hidden).Select(o => o.Name);
    }

    private static string FullName(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{FullName(parent)} {result.Command.Name}" : "learngene";

    [GeneratedRegex(@"^(--|-[A-Za-z])")]
    private static partial Regex OptionLike();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreaks();
}
