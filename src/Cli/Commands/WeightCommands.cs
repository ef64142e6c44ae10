using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;

namespace Learngene.Cli.Commands;

/// <summary><c>weights verify</c>, <c>gc</c> and <c>copy</c>: what is done to all files of the store. The silo does it; this looks on.</summary>
internal static class WeightCommands
{
    public static Command Create() => new Verb("weights", "The store's files: check, clear up, copy.", "learngene weights verify") { Verify(), Collect(), Copy() };

    private static Verb Verify() => new Verb("verify", "Reads every file and compares it with its hash; what is wrong is moved to quarantine.", "learngene weights verify --json").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var end = await client.Weights.VerifyAsync(Progress(call, "verified"), call.Token);
        var document = new JsonObject { ["files"] = end.FilesDone, ["bytes"] = end.BytesDone, ["damaged"] = Problems(end), ["seconds"] = end.Seconds };
        return Ended(call, end, document, $"{Tables.Count(end.FilesDone)} files, {Tables.Bytes(end.BytesDone)}: {(end.Problems.Count == 0 ? "all are what they should be" : $"{end.Problems.Count} damaged")}");
    });

    private static Verb Collect()
    {
        var dryRun = Flags.Switch("--dry-run", "Only say what would go.");
        return new Verb("gc", "Removes files that nothing refers to and that are older than the silo's grace period (--weight-grace-hours).", "learngene weights gc --dry-run") { dryRun }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            bool dry = call.Get(dryRun);
            var end = await client.Weights.CollectAsync(dry, Progress(call, "looked at"), call.Token);
            var document = new JsonObject
            {
                ["dryRun"] = dry, ["files"] = end.Changed, ["bytes"] = end.ChangedBytes, ["temporaries"] = end.Temporaries, ["kept"] = end.Files - end.Changed,
                ["weights"] = Documents.List(end.Removed, s => JsonValue.Create(s)), ["seconds"] = end.Seconds,
            };
            return Ended(call, end, document, $"{(dry ? "would remove" : "removed")} {Tables.Count(end.Changed)} of {Tables.Count(end.Files)} files, {Tables.Bytes(end.ChangedBytes)}");
        });
    }

    private static Verb Copy()
    {
        var to = Flags.Text("--to", "DIR|s3://...", "A directory on the silo's machine (relative to this one), or s3://bucket/prefix with the silo's S3 settings.");
        return new Verb("copy", "Copies every file elsewhere, leaving out what is there; a copy that was broken off goes on.", "learngene weights copy --to s3://models/learngene") { to }.Does(async call =>
        {
            string given = call.Get(to) is { Length: > 0 } text ? text : throw new UsageException("--to is empty; name a directory, or s3://bucket/prefix.");
            string place = given.Contains("://", StringComparison.Ordinal) ? given : Path.GetFullPath(given);
            await using var client = await call.ConnectAsync();
            var end = await client.Weights.CopyAsync(place, Progress(call, "copied"), call.Token);
            var document = new JsonObject
            {
                ["to"] = place, ["files"] = end.Files, ["bytes"] = end.Bytes, ["copied"] = end.Changed, ["copiedBytes"] = end.ChangedBytes,
                ["skipped"] = end.FilesDone - end.Changed - end.Problems.Count, ["damaged"] = Problems(end), ["seconds"] = end.Seconds,
            };
            return Ended(call, end, document, $"copied {Tables.Count(end.Changed)} files, {Tables.Bytes(end.ChangedBytes)}; {Tables.Count(end.FilesDone - end.Changed - end.Problems.Count)} were there");
        });
    }

    private static int Ended(Call call, WeightCareStatus end, JsonObject document, string sentence)
    {
        if (end.State != WeightCareState.Completed)
        {
            call.Terminal.Error.WriteLine(Usage.OneLine(end.Error ?? "it was stopped before its end."));
            return Exit.Failed;
        }
        call.Answer(document, people =>
        {
            people.WriteLine(sentence);
            foreach (var problem in end.Problems) people.WriteLine(Usage.OneLine(problem.Problem));
        });
        return end.Problems.Count == 0 ? Exit.Done : Exit.Failed;
    }

    private static JsonArray Problems(WeightCareStatus end) =>
        Documents.List(end.Problems, p => new JsonObject { ["sha256"] = p.Weights.Sha256, ["bytes"] = p.Weights.Length, ["problem"] = p.Problem });

    // Nothing of what is over in two seconds, then a line now and then.
    private static Said Progress(Call call, string done) => new(call, done);

    private sealed class Said(Call call, string done) : IProgress<WeightCareStatus>
    {
        private double _next = 2;

        public void Report(WeightCareStatus s)
        {
            if (s.Ended || s.Seconds < _next) return;
            _next = s.Seconds + 2;
            call.Note($"{done} {Tables.Count(s.FilesDone)} of {Tables.Count(s.Files)} files, {Tables.Bytes(s.BytesDone)} of {Tables.Bytes(s.Bytes)} ({s.Seconds:F0} s)");
        }
    }
}
