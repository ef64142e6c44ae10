using System.CommandLine;

namespace Learngene.Cli;

/// <summary>Where a command is carried out: its two streams and its clock.</summary>
internal sealed class Terminal : InvocationConfiguration
{
    public Terminal()
    {
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10);
    }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public bool OutIsTerminal { get; init; } = !Console.IsOutputRedirected;

    public bool ErrorIsTerminal { get; init; } = !Console.IsErrorRedirected;
}
