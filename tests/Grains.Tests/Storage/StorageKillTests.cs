using System.Diagnostics;
using Learngene.Silo.Storage;
using Learngene.Storage.Writer;

namespace Learngene.Grains.Tests.Storage;

public sealed class StorageKillTests
{
    private const int Kills = 20;

    [Fact(Timeout = 300_000)]
    public async Task Nothing_acknowledged_is_lost_to_twenty_kills()
    {
        await using var fixture = new StorageFixture();
        await fixture.Storage.DisposeAsync();
        var random = new Random(1);
        var acknowledged = new Dictionary<string, long>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await WriteUntilKilled(fixture.Options, afterLines: random.Next(1, 4_000), acknowledged);
            await fixture.Reopen();
            foreach (var (caller, number) in acknowledged)
            {
                var state = new GrainState<WrittenState>();
                await fixture.Storage.ReadStateAsync("state", GrainId.Create("writer", caller), state);
                Assert.True(state.State!.Number >= number, $"kill {kill}: caller {caller} was told of write {number}, stored is {state.State!.Number}");
                Assert.Equal($"{state.State!.Number}", state.ETag); // and no write was done twice
            }

            await fixture.Storage.DisposeAsync();
        }

        Assert.Equal(64, acknowledged.Count);
    }

    private static async Task WriteUntilKilled(SqliteStorageOptions options, int afterLines, Dictionary<string, long> acknowledged)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Learngene.Storage.Writer.dll"), options.Path },
            RedirectStandardOutput = true,
        })!;
        var complete = "";
        for (var lines = 0; await process.StandardOutput.ReadLineAsync() is { } line; lines++)
        {
            if (lines == afterLines)
                process.Kill();

            // What is still in the pipe was acknowledged too; only the last line may have been cut short.
            if (complete.Split(' ') is [var caller, var number])
                acknowledged[caller] = long.Parse(number);
            complete = line;
        }

        await process.WaitForExitAsync();
        Assert.Equal(128 + 9, process.ExitCode);
    }
}
