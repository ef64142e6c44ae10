using Learngene.Federation;
using Learngene.Sdk;
using Spectre.Console;

namespace Learngene.Cli.Output;

/// <summary>Follows a federation until it ends: a bar and the rounds where there is a terminal, else a line a round.</summary>
internal sealed class FederationWatch(Call call, LearngeneClient client)
{
    private int _shown = -1;

    /// <summary>The federation as it ended. Interrupted, it says that the federation goes on.</summary>
    public async Task<FederationStatus> FollowAsync(string name)
    {
        try
        {
            if (call.Quiet) return await EachAsync(name, _ => Task.CompletedTask);
            return call.Terminal.ErrorIsTerminal ? await WithBarAsync(name) : await EachAsync(name, status => RoundsAsync(status, call.Terminal.Error.WriteLine));
        }
        catch (OperationCanceledException) when (call.Token.IsCancellationRequested)
        {
            call.Terminal.Error.WriteLine($"federation {name} goes on; stop it with: learngene federate stop {name}");
            throw;
        }
    }

    private async Task<FederationStatus> EachAsync(string name, Func<FederationStatus, Task> show)
    {
        FederationStatus? last = null;
        await foreach (var status in client.Federations.WatchAsync(name, call.Token)) await show(last = status);
        return last!;
    }

    private async Task<FederationStatus> WithBarAsync(string name)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Terminal.Error) });
        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(name));
                return await EachAsync(name, async status =>
                {
                    (bar.MaxValue, bar.Value, bar.Description) = (Math.Max(1, status.Rounds), status.Round, Markup.Escape(FederationDocuments.Line(status)));
                    await RoundsAsync(status, console.WriteLine);
                });
            });
    }

    // The rounds that are new since the last look; at first only that there are some.
    private async Task RoundsAsync(FederationStatus status, Action<string> write)
    {
        if (_shown < 0)
        {
            write(FederationDocuments.Line(status));
            _shown = status.Round;
        }
        else if (status.Round > _shown)
        {
            foreach (var round in await client.Federations.HistoryAsync(status.Name, _shown, call.Token)) write(FederationDocuments.Line(round));
            _shown = status.Round;
        }
        if (status.State == FederationState.Evaluating) write($"{status.Name}  the rounds are done; measuring clients");
    }
}
