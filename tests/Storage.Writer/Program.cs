using Learngene.Silo.Storage;
using Learngene.Storage.Writer;
using Orleans;
using Orleans.Runtime;

// Usage: FILE. 64 callers write as fast as they can, each its own grain; "KEY VERSION" goes to standard output when a write is acknowledged.
const int Callers = 64;
await using var storage = StorageFactory.Open(new SqliteStorageOptions { Path = args[0] });
await using var output = Console.OpenStandardOutput();
var gate = new Lock();
await Task.WhenAll(Enumerable.Range(0, Callers).Select(Write));

async Task Write(int caller)
{
    var grain = GrainId.Create("writer", $"{caller}");
    var state = new GrainState<WrittenState>();
    await storage.ReadStateAsync("state", grain, state);
    while (true)
    {
        state.State = new WrittenState { Number = state.State!.Number + 1, Padding = new byte[caller * 16] };
        await storage.WriteStateAsync("state", grain, state);
        var line = System.Text.Encoding.ASCII.GetBytes($"{caller} {state.State.Number}\n");
        lock (gate)
            output.Write(line);
    }
}
