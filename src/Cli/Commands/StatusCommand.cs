using System.CommandLine;
using Learngene.Cli.Output;

namespace Learngene.Cli.Commands;

/// <summary><c>status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create() => new Verb("status", "Silos, devices, versions, running and waiting jobs, stored weights.", "learngene status --json").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var cluster = await ClusterView.ReadAsync(client, call.Token);
        call.Answer(cluster.Document(), _ => cluster.Show(call));
        return Exit.Done;
    });
}
