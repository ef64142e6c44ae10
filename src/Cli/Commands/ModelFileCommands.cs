using System.CommandLine;
using Learngene.Cli.Output;

namespace Learngene.Cli.Commands;

/// <summary><c>import</c> and <c>export</c>.</summary>
internal static class ModelFileCommands
{
    public static Command Import()
    {
        var name = Flags.Argument("NAME", "Its name in the repository.");
        var file = Flags.Argument("FILE", "A safetensors file: a model or learngene of ours, or a timm ViT.");
        var heads = Flags.Whole("--heads", "Heads of a checkpoint without our metadata (default width / 64).");
        var size = Flags.Whole("--image-size", "Image size of a checkpoint without our metadata (default inferred).");
        size.Aliases.Add("--img-size");
        var nonfinite = Flags.Switch("--allow-nonfinite", "Take NaN and infinity in weights.");
        return new Verb("import", "Takes a model file into the repository.", "learngene import deit/tiny deit-tiny.safetensors --heads 3")
        {
            name, file, heads, size, nonfinite,
        }.Does(async call =>
        {
            string path = LocalFiles.ToRead(call.Get(file));
            await using var client = await call.ConnectAsync();
            var version = await call.PatientlyAsync("taking the file in", client.Learngenes.ImportAsync(call.Get(name), path, call.Get(heads), call.Get(size), call.Get(nonfinite), null, call.Token));
            call.Answer(Documents.Imported(version), people => people.WriteLine(
                $"{version.Reference}  {version.Kind}  {Tables.Count(version.Parameters)} parameters  {Tables.Bytes(version.Weights.Length)}  {Tables.Short(version.Weights.Sha256)}"));
            return Exit.Done;
        });
    }

    public static Command Export()
    {
        var name = Flags.Argument("NAME[@V]", "What to write.");
        var output = Flags.OutFile();
        return new Verb("export", "Writes a version's file.", "learngene export fashion/lets@1 -o lets.safetensors") { name, output }.Does(async call =>
        {
            string path = LocalFiles.ToWrite(call.Get(output)!);
            await using var client = await call.ConnectAsync();
            var version = await call.PatientlyAsync("fetching the file", client.Learngenes.ExportAsync(call.Get(name), path, null, call.Token));
            call.Answer(Documents.Exported(version, path), people => people.WriteLine(
                $"{version.Reference}  {Tables.Bytes(version.Weights.Length)}  {Tables.Short(version.Weights.Sha256)}  {path}"));
            return Exit.Done;
        });
    }
}
