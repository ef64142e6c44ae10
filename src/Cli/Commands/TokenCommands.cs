using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Clients;
using Learngene.Sdk;

namespace Learngene.Cli.Commands;

/// <summary><c>tokens create</c>, <c>list</c> and <c>revoke</c>.</summary>
internal static class TokenCommands
{
    public static Command Create() => new Verb("tokens", "Credentials of edge clients and scripts.", "learngene tokens create --federation hospitals/fed --client st-mary") { New(), List(), Revoke() };

    private static Verb New()
    {
        var federation = Flags.Text("--federation", "NAME", "The federation that it opens.");
        var client = Flags.Maybe("--client", "NAME", "The one client name that it may take; without it, any.");
        var days = Flags.Number("--days", "Days until it ends; without it, it does not.");
        return new Verb("create", "Makes a token and shows it, this once.", "learngene tokens create --federation hospitals/fed --client st-mary --days 90") { federation, client, days }.Does(async call =>
        {
            if (call.Get(days) is { } d && !(d > 0 && d < 36_500)) throw new UsageException($"--days {Tables.Number(d)} is not between 0 and 36500, both left out.");
            DateTimeOffset? expires = call.Get(days) is { } given ? call.Terminal.Time.GetUtcNow().AddDays(given) : null;
            await using var cluster = await call.ConnectAsync();
            bool isThere = await IsThereAsync(cluster, call.Get(federation)!, call.Token);
            var (info, token) = await cluster.Tokens.CreateAsync(call.Get(federation)!, call.Get(client), expires, call.Token);
            var document = Document(info);
            document["token"] = token;
            call.Answer(document, people => people.WriteLine(token));
            if (!isThere) call.Note($"there is no federation '{info.Federation}' yet; the token opens it once there is.");
            if (!call.Json) call.Note($"it is shown this once; revoke it with: learngene tokens revoke {info.Id}");
            return Exit.Done;
        });
    }

    private static async Task<bool> IsThereAsync(LearngeneClient cluster, string federation, CancellationToken token)
    {
        try
        {
            await cluster.Federations.GetAsync(federation, token);
            return true;
        }
        catch (RefusedException e) when (e.Message.StartsWith("there is no", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static Verb List() => new Verb("list", "Lists the tokens, oldest first, without their secrets.", "learngene tokens list").Does(async call =>
    {
        await using var cluster = await call.ConnectAsync();
        var tokens = await cluster.Tokens.ListAsync(call.Token);
        call.Answer(new JsonObject { ["tokens"] = Documents.List(tokens, Document) }, _ => Tables.Write(call, ["token", "federation", "client", "created", "expires", "state"],
            tokens.Select(t => (string[])[t.Id, t.Federation, t.Client ?? "any", Tables.Time(t.Created), t.Expires is { } e ? Tables.Time(e) : "never", t.Revoked ? "revoked" : "valid"])));
        return Exit.Done;
    });

    private static Verb Revoke()
    {
        var id = Flags.Argument("ID", "The token's id, as 'learngene tokens list' shows it, or the token itself.");
        return new Verb("revoke", "Ends a token.", "learngene tokens revoke 0123456789ab") { id }.Does(async call =>
        {
            await using var cluster = await call.ConnectAsync();
            var info = await cluster.Tokens.RevokeAsync(call.Get(id), call.Token);
            call.Answer(Document(info), people => people.WriteLine($"{info.Id} revoked"));
            return Exit.Done;
        });
    }

    private static JsonObject Document(TokenInfo t) => new()
    {
        ["id"] = t.Id, ["federation"] = t.Federation, ["client"] = t.Client, ["created"] = Documents.Time(t.Created), ["expires"] = t.Expires is { } e ? Documents.Time(e) : null, ["revoked"] = t.Revoked,
    };
}
