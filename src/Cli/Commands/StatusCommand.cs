using System.CommandLine;
using Learngene.Cli.Output;

namespace Learngene.Cli.Commands;

/// <summary><c>status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create() => new Verb("status", "Silos, devices, versions, running jobs and stored weights.", "learngene status --json").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var status = await client.StatusAsync(call.Token);
        call.Answer(Documents.Status(status), _ => Tables.Facts(call,
            ("silo", status.Address),
            ("version", status.Version),
            ("http", status.Http),
            ("machine", status.Machine),
            ("devices", string.Join(", ", status.Devices)),
            ("running", status.Running.Count == 0 ? "nothing" : string.Join(", ", status.Running)),
            ("queued", Tables.Count(status.Queued)),
            ("weights", $"{Tables.Count(status.StoredWeights)} files, {Tables.Bytes(status.StoredBytes)}")));
        return Exit.Done;
    });
}
