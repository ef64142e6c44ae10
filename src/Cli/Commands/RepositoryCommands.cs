using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Learngenes;

namespace Learngene.Cli.Commands;

/// <summary><c>list</c>, <c>show</c>, <c>lineage</c>, <c>tag</c> and <c>retire</c>.</summary>
internal static class RepositoryCommands
{
    public static Command List() => new Verb("list", "Lists models and learngenes, the latest version of each.", "learngene list").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var versions = await client.Learngenes.ListAsync(call.Token);
        call.Answer(new JsonObject { ["learngenes"] = Documents.List(versions, Documents.Brief) }, _ => Table(call, versions));
        return Exit.Done;
    });

    public static Command Show()
    {
        var name = Flags.Argument("NAME[@V]", "A name, for all its versions, or one version.");
        return new Verb("show", "Shows all versions of a name, or one of them.", "learngene show fashion/lets@best") { name }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            if (call.Get(name).Contains('@'))
            {
                var version = await client.Learngenes.GetAsync(call.Get(name), call.Token);
                call.Answer(Documents.Full(version), _ => Facts(call, version));
                return Exit.Done;
            }
            var versions = await client.Learngenes.VersionsAsync(call.Get(name), call.Token);
            if (versions.Count == 0) throw new UsageException($"there is no model '{call.Get(name)}'; 'learngene list' shows those there are.");
            call.Answer(new JsonObject { ["name"] = call.Get(name), ["versions"] = Documents.List(versions, Documents.Full) }, _ => Table(call, versions));
            return Exit.Done;
        });
    }

    public static Command Lineage()
    {
        var name = Flags.Argument("NAME[@V]", "Whose ancestors are asked for.");
        return new Verb("lineage", "Shows what a version was made from, back to the beginning.", "learngene lineage fashion/lets") { name }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            var line = await client.Learngenes.LineageAsync(call.Get(name), call.Token);
            var document = new JsonObject { ["name"] = line[0].Name, ["version"] = line[0].Version, ["lineage"] = Documents.List(line, Documents.Ancestor) };
            call.Answer(document, _ => Tables.Write(call, ["version", "kind", "sha256", "made from", "data", "job"], line.Select(v => (string[])
                [v.Reference, v.Kind, Tables.Short(v.Weights.Sha256), string.Join(", ", v.Parents.Select(p => $"{p.Role} {p.Name ?? Tables.Short(p.Sha256)}")), v.Data ?? "", v.Job])));
            return Exit.Done;
        });
    }

    public static Command Tag()
    {
        var name = Flags.Argument("NAME@V", "The version.");
        var tag = Flags.Argument("TAG", "A word for it, such as best.");
        return new Verb("tag", "Points a tag at a version.", "learngene tag fashion/lets@3 best") { name, tag }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            return Changed(call, await client.Learngenes.TagAsync(call.Get(name), call.Get(tag), call.Token));
        });
    }

    public static Command Retire()
    {
        var name = Flags.Argument("NAME@V", "The version.");
        return new Verb("retire", "Takes a version out of use; its file stays.", "learngene retire fashion/lets@2") { name }.Does(async call =>
        {
            await using var client = await call.ConnectAsync();
            return Changed(call, await client.Learngenes.RetireAsync(call.Get(name), call.Token));
        });
    }

    private static int Changed(Call call, LearngeneVersion version)
    {
        call.Answer(Documents.Brief(version), _ => Table(call, [version]));
        return Exit.Done;
    }

    private static void Table(Call call, IEnumerable<LearngeneVersion> versions) => Tables.Write(call,
        ["version", "kind", "#parameters", "#size", "sha256", "tags", "created"],
        versions.Select(v => (string[])[v.Reference, v.Kind, Tables.Count(v.Parameters), Tables.Bytes(v.Weights.Length), Tables.Short(v.Weights.Sha256),
            string.Join(", ", v.Retired ? [.. v.Tags, "(retired)"] : v.Tags), Tables.Time(v.Created)]));

    private static void Facts(Call call, LearngeneVersion v) => Tables.Facts(call,
        ("version", v.Reference), ("kind", v.Kind), ("parameters", Tables.Count(v.Parameters)), ("size", Tables.Bytes(v.Weights.Length)), ("sha256", v.Weights.Sha256),
        ("tags", string.Join(", ", v.Tags)), ("retired", v.Retired ? "yes" : null), ("created", Tables.Time(v.Created)), ("config", v.Config), ("preprocess", v.Preprocess),
        ("made from", string.Join(", ", v.Parents.Select(p => $"{p.Role} {p.Name ?? Tables.Short(p.Sha256)}"))), ("data", v.Data), ("job", v.Job), ("settings", v.Settings),
        ("metrics", string.Join("  ", v.Metrics.Select(m => $"{m.Key} {Tables.Number(m.Value)}"))));
}
