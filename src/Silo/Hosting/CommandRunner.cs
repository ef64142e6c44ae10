using System.CommandLine;

namespace Learngene.Silo.Hosting;

/// <summary>What is wrong with how the process was started: one sentence.</summary>
internal sealed class StartupException(string message) : Exception(message);

/// <summary>Runs a command line; an error is one sentence on standard error and an exit code.</summary>
internal static class CommandRunner
{
    private const int Failed = 1, WrongInput = 2, Interrupted = 130;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return Say(Mistake(parsed), WrongInput);
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(25) });
        }
        catch (Exception e) when (e is StartupException or RefusedException)
        {
            return Say(e.Message, WrongInput);
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception e) // whatever keeps it from running: a sentence and a code
        {
            return Say(e.Message, Failed);
        }
    }

    private static string Mistake(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault() is not { } token) return parsed.Errors[0].Message;
        var command = parsed.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(c => c.Name), .. command.Options.Select(o => o.Name)];
        return $"'{token}' is not known here; did you mean '{Vision.Json.Nearest(token, known)}'?";
    }

    private static int Say(string message, int code)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
