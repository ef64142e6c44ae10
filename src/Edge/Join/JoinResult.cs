using System.Text.Json.Nodes;
using Learngene.Federation;
using static System.FormattableString;

namespace Learngene.Edge.Join;

/// <summary>What came of taking part.</summary>
internal sealed record JoinResult(string Federation, string Client)
{
    public FederationState State { get; init; } = FederationState.Running;
    public int Contributions { get; init; }
    public int LastRound { get; init; }
    public long BytesUp { get; init; }
    public long BytesDown { get; init; }
    public long BytesToInitialise { get; init; }
    /// <summary>Of a newcomer, initialised and after the epochs that the federation names.</summary>
    public IReadOnlyList<double> Initial { get; init; } = [];
    public double? LastAccuracy { get; init; }
    public double? AsLeft { get; init; }
    public double? Final { get; init; }
    public IReadOnlyList<double> Tuned { get; init; } = [];

    public string ToJson() => new JsonObject
    {
        ["federation"] = Federation, ["client"] = Client, ["state"] = State.ToString().ToLowerInvariant(), ["contributions"] = Contributions, ["round"] = LastRound,
        ["bytesUp"] = BytesUp, ["bytesDown"] = BytesDown, ["bytesToInitialise"] = BytesToInitialise, ["initialAccuracy"] = new JsonArray([.. Initial.Select(a => (JsonNode)a)]),
        ["accuracyAsLeft"] = AsLeft, ["accuracy"] = Final, ["tunedAccuracy"] = new JsonArray([.. Tuned.Select(a => (JsonNode)a)]),
    }.ToJsonString();

    public string Sentence() => Invariant($"{Client} contributed to {Contributions} rounds of {Federation}; {BytesUp} bytes up, {BytesDown} down") +
        (Final is { } final ? Invariant($"; accuracy {final:P1} after the last download, {AsLeft:P1} as its last training left it{(Tuned.Count > 0 ? Invariant($", {string.Join(", ", Tuned.Select(t => Invariant($"{t:P1}")))} tuned") : "")}.") : ".");
}
