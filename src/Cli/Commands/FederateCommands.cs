using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Federation;
using Learngene.Sdk;

namespace Learngene.Cli.Commands;

/// <summary><c>federate start</c>, <c>show</c>, <c>watch</c>, <c>stop</c> and <c>list</c>.</summary>
internal static class FederateCommands
{
    private const long LongestSpecification = 1 << 20;

    public static Command Create() =>
        new Verb("federate", "Federations: clients train one learngene together and keep their images.", "learngene federate start deploy/federations/fashion.json --wait") { Start(), Show(), Watch(), Stop(), List() };

    private static Verb Start()
    {
        var file = Flags.Argument("SPEC.json", "What is federated (docs/federations.md).");
        var wait = Flags.Switch("--wait", "Show the rounds until the federation ends; Ctrl-C stops watching, not the federation.");
        return new Verb("start", "Starts a federation; one that is there with the same specification stays as it is, a failed one goes on.",
            "learngene federate start deploy/federations/fashion.json --wait") { file, wait }.Does(async call =>
        {
            string specification = Read(call.Get(file));
            await using var client = await call.ConnectAsync();
            var status = await client.Federations.StartAsync(specification, call.Token);
            if (call.Get(wait)) return await EndedAsync(call, client, await new FederationWatch(call, client).FollowAsync(status.Name));
            call.Answer(FederationDocuments.Of(status, []), people => people.WriteLine(status.Name));
            if (!call.Json) call.Note($"started; watch it with: learngene federate watch {status.Name}");
            return Exit.Done;
        });
    }

    private static Verb Show()
    {
        var last = Flags.Whole("--last", "Show only so many of the last rounds to people (default 10); --json has them all.");
        var data = Flags.Switch("--data", "Also who has which data: the images of each label that each hosted client has.");
        var verb = OfOne("show", "Shows a federation and its rounds.", "learngene federate show fashion/fed", async (call, client, name) =>
        {
            if (call.Get(last) is < 0) throw new UsageException($"--last {call.Get(last)} is negative.");
            var histograms = call.Get(data) ? await client.Federations.HistogramsAsync(name, call.Token) : [];
            await AnswerAsync(call, client, await client.Federations.GetAsync(name, call.Token), call.Get(last) ?? 10, histograms);
            return Exit.Done;
        });
        verb.Add(last);
        verb.Add(data);
        return verb;
    }

    private static Verb Watch() => OfOne("watch", "Follows a federation until it ends; Ctrl-C stops watching, not the federation.", "learngene federate watch fashion/fed", async (call, client, name) =>
        await EndedAsync(call, client, await new FederationWatch(call, client).FollowAsync(name)));

    private static Verb Stop() => OfOne("stop", "Ends a federation after the round in progress; what it has learned is stored.", "learngene federate stop fashion/fed", async (call, client, name) =>
    {
        await AnswerAsync(call, client, await client.Federations.StopAsync(name, call.Token), 0);
        return Exit.Done;
    });

    private static Verb List() => new Verb("list", "Lists the federations, oldest first.", "learngene federate list").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var all = await client.Federations.ListAsync(call.Token);
        call.Answer(new JsonObject { ["federations"] = Documents.List(all, f => FederationDocuments.Brief(f)) }, _ => Tables.Write(call,
            ["federation", "state", "method", "#round", "#rounds", "#clients", "#cohorts", "#up", "#down", "created"],
            all.Select(f => (string[])[f.Name, FederationDocuments.State(f.State), f.Method, Tables.Count(f.Round), Tables.Count(f.Rounds), Tables.Count(f.Clients),
                Tables.Count(f.Cohorts.Count), Tables.Bytes(f.BytesUp), Tables.Bytes(f.BytesDown), Tables.Time(f.Created)])));
        return Exit.Done;
    });

    private static async Task<int> EndedAsync(Call call, LearngeneClient client, FederationStatus status)
    {
        await AnswerAsync(call, client, status, 0);
        if (status.State != FederationState.Failed) return Exit.Done;
        call.Terminal.Error.WriteLine(Usage.OneLine(status.Error ?? $"federation {status.Name} failed."));
        return Exit.Failed;
    }

    private static async Task AnswerAsync(Call call, LearngeneClient client, FederationStatus status, int last, IReadOnlyList<IReadOnlyList<int>>? histograms = null)
    {
        var history = call.Json ? await client.Federations.HistoryAsync(status.Name, 0, call.Token)
            : last > 0 ? await client.Federations.HistoryAsync(status.Name, Math.Max(0, status.Round - last), call.Token) : [];
        var document = FederationDocuments.Of(status, history);
        if (histograms is { Count: > 0 }) document["histograms"] = Documents.List(histograms, h => Documents.List(h, n => JsonValue.Create(n)));
        call.Answer(document, _ =>
        {
            FederationDocuments.Write(call, status, history);
            if (histograms is { Count: > 0 }) FederationDocuments.Write(call, histograms);
        });
    }

    private static string Read(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'; a specification is wanted (docs/federations.md).");
        if (new FileInfo(file).Length > LongestSpecification) throw new UsageException($"'{file}' has {new FileInfo(file).Length} bytes; a specification has {LongestSpecification} at most.");
        return File.ReadAllText(file);
    }

    private static Verb OfOne(string verb, string description, string example, Func<Call, LearngeneClient, string, Task<int>> work)
    {
        var name = Flags.Argument("NAME", "The federation's name, as 'learngene federate list' shows it.");
        return new Verb(verb, description, example) { name }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            return await work(call, client, call.Get(name));
        });
    }
}
