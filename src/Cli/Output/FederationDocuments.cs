using System.Text.Json.Nodes;
using Learngene.Federation;

namespace Learngene.Cli.Output;

/// <summary>Federations, for programs and for people.</summary>
internal static class FederationDocuments
{
    /// <summary>The document of INTERFACE 4, and more.</summary>
    public static JsonObject Of(FederationStatus f, IReadOnlyList<RoundSummary> history)
    {
        var e = f.Evaluation;
        return new()
        {
            ["name"] = f.Name, ["state"] = State(f.State), ["method"] = f.Method, ["round"] = f.Round, ["rounds"] = f.Rounds, ["clients"] = f.Clients, ["cohorts"] = f.Cohorts.Count,
            ["bytesUp"] = f.BytesUp, ["bytesDown"] = f.BytesDown, ["bytesToInitialise"] = Documents.Number(e?.BytesToInitialise), ["knownAccuracy"] = Documents.Number(e?.Known),
            ["lateAccuracy"] = Documents.List(e?.Late ?? [], a => Documents.Number(a)), ["globalAccuracy"] = Documents.Number(e?.Global),
            ["history"] = Documents.List(history, Round),
            ["result"] = f.Result is { } r ? new JsonObject { ["name"] = r.Name, ["version"] = r.Version, ["sha256"] = r.Weights.Sha256, ["bytes"] = r.Weights.Length } : null,
            ["error"] = f.Error, ["knownAsLeft"] = Documents.Number(e?.KnownAsLeft), ["knownTuned"] = Documents.List(e?.KnownTuned ?? [], a => Documents.Number(a)),
            ["cohortSizes"] = Documents.List(f.Cohorts, c => JsonValue.Create(c)),
            ["open"] = f.Open is { } o ? new JsonObject { ["round"] = o.Round, ["wanted"] = o.Wanted, ["accepted"] = o.Accepted, ["working"] = o.Working, ["waiting"] = o.Waiting } : null,
            ["created"] = Documents.Time(f.Created), ["specification"] = JsonNode.Parse(f.Specification),
        };
    }

    /// <summary>A line of a list.</summary>
    public static JsonObject Brief(FederationStatus f)
    {
        var whole = Of(f, []);
        foreach (string member in (string[])["history", "specification"]) whole.Remove(member);
        return whole;
    }

    /// <summary>The word for a state.</summary>
    public static string State(FederationState state) => state.ToString().ToLowerInvariant();

    /// <summary>Where a federation is, in one line.</summary>
    public static string Line(FederationStatus f)
    {
        List<string> parts = [State(f.State), $"round {f.Round}/{f.Rounds}"];
        if (f.Open is { } o) parts.Add($"{o.Accepted} of {o.Wanted} in round {o.Round}");
        parts.Add($"{Tables.Bytes(f.BytesUp)} up, {Tables.Bytes(f.BytesDown)} down");
        return $"{f.Name}  {string.Join("  ", parts)}";
    }

    /// <summary>A round, in one line.</summary>
    public static string Line(RoundSummary r) => FormattableString.Invariant(
        $"round {r.Round}  {r.Participants} clients  loss {r.Loss:F4}  accuracy {Tables.Percent(r.Accuracy)}  {Tables.Bytes(r.BytesUp)} up  {Tables.Bytes(r.BytesDown)} down  {r.Seconds:F2} s{(r.Dropped.Count == 0 ? "" : $"  dropped: {string.Join(", ", r.Dropped.Take(3))}{(r.Dropped.Count > 3 ? ", ..." : "")}")}");

    public static void Write(Call call, FederationStatus f, IReadOnlyList<RoundSummary> history)
    {
        var e = f.Evaluation;
        Tables.Facts(call,
            ("federation", f.Name), ("state", State(f.State)), ("method", f.Method), ("round", $"{f.Round} of {f.Rounds}"), ("clients", Tables.Count(f.Clients)),
            ("cohorts", f.Cohorts.Count > 1 ? string.Join(", ", f.Cohorts) : null), ("bytes", $"{Tables.Bytes(f.BytesUp)} up, {Tables.Bytes(f.BytesDown)} down"),
            ("known", e?.Known is { } k ? $"{Tables.Percent(k)} after the final download, {Tables.Percent(e.KnownAsLeft)} as left{(e.KnownTuned.Count > 0 ? $", tuned {string.Join(", ", e.KnownTuned.Select(t => Tables.Percent(t)))}" : "")}" : null),
            ("late", e is { Late.Count: > 0 } ? $"{string.Join(", ", e.Late.Select(a => Tables.Percent(a)))}; {Tables.Bytes((long)e.BytesToInitialise)} to initialise" : null),
            ("global", e?.Global is { } g ? Tables.Percent(g) : null),
            ("result", f.Result is { } r ? $"{r.Name}@{r.Version}  {Tables.Bytes(r.Weights.Length)}  {Tables.Short(r.Weights.Sha256)}" : null),
            ("error", f.Error), ("created", Tables.Time(f.Created)));
        if (history.Count == 0) return;
        call.Terminal.Output.WriteLine();
        Tables.Write(call, ["#round", "#clients", "#dropped", "#loss", "#accuracy", "#up", "#down", "#seconds"], history.Select(h => (string[])[
            Tables.Count(h.Round), Tables.Count(h.Participants), Tables.Count(h.Dropped.Count), Tables.Number(h.Loss), Tables.Percent(h.Accuracy), Tables.Bytes(h.BytesUp),
            Tables.Bytes(h.BytesDown), FormattableString.Invariant($"{h.Seconds:F2}")]));
    }

    /// <summary>A line for each client, a column for each label.</summary>
    public static void Write(Call call, IReadOnlyList<IReadOnlyList<int>> histograms)
    {
        call.Terminal.Output.WriteLine();
        Tables.Write(call, ["client", "#images", .. Enumerable.Range(0, histograms[0].Count).Select(l => $"#{l}")],
            histograms.Select((h, i) => (string[])[FormattableString.Invariant($"client-{i:D4}"), Tables.Count(h.Sum()), .. h.Select(n => n == 0 ? "" : Tables.Count(n))]));
    }

    private static JsonObject Round(RoundSummary r) => new()
    {
        ["round"] = r.Round, ["participants"] = r.Participants, ["dropped"] = Documents.List(r.Dropped, d => JsonValue.Create(d)), ["bytesUp"] = r.BytesUp, ["bytesDown"] = r.BytesDown,
        ["loss"] = Documents.Number(r.Loss), ["accuracy"] = Documents.Number(r.Accuracy), ["seconds"] = Documents.Number(r.Seconds),
        ["perCohort"] = Documents.List(r.PerCohort, c => JsonValue.Create(c)), ["clients"] = Documents.List(r.Clients, c => JsonValue.Create(c)),
    };
}
