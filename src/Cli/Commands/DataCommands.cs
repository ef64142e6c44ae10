using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Data;

namespace Learngene.Cli.Commands;

/// <summary><c>data list</c> and <c>data add</c>.</summary>
internal static class DataCommands
{
    public static Command Create() =>
        new Verb("data", "Data sets known to the cluster.", "learngene data add fashion-mnist data/fashion-mnist") { List(), Add() };

    private static Verb List() => new Verb("list", "Lists the data sets.", "learngene data list").Does(async call =>
    {
        await using var client = await call.ConnectAsync();
        var known = await client.Data.ListAsync(call.Token);
        call.Answer(new JsonObject { ["data"] = Documents.List(known, Documents.Data) }, _ => Show(call, known));
        return Exit.Done;
    });

    private static Verb Add()
    {
        var name = Flags.Argument("NAME", "A name for it.");
        var path = Flags.Argument("PATH", "Where it is, on the silo's machine; relative to this directory.");
        var format = Flags.Choice("--format", "Its format, where it is not to be detected.", "idx", "folder", "cifar");
        var size = Flags.Whole("--image-size", "Size to which a folder's images are brought, where they have several.");
        return new Verb("add", "Reads a data set and makes it known.", "learngene data add flowers ./flowers --format folder --image-size 64")
        {
            name, path, format, size,
        }.Does(async call =>
        {
            if (call.Get(path).Length == 0) throw new UsageException("PATH is empty; name the data set's directory.");
            await using var client = await call.ConnectAsync();
            var added = await call.PatientlyAsync("reading the data set", client.Data.AddAsync(call.Get(name), Path.GetFullPath(call.Get(path)), call.Get(format), call.Get(size), call.Token));
            call.Answer(Documents.Data(added), _ => Show(call, [added]));
            return Exit.Done;
        });
    }

    private static void Show(Call call, IReadOnlyList<DataSetInfo> sets) => Tables.Write(call,
        ["name", "format", "#train", "#test", "#classes", "image", "hash", "path"],
        sets.Select(d => (string[])[d.Name, d.Format, Tables.Count(d.TrainImages), Tables.Count(d.TestImages), Tables.Count(d.Classes),
            $"{d.Width}x{d.Height}x{d.Channels}", Tables.Short(d.Hash), d.Path]));
}
