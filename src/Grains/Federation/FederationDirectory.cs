using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>
/// A federation's files: its model after each round, the ledger of the round in progress, and what hosted clients keep for themselves.
/// Written beside their place and renamed, so that a file that is there is whole.
/// </summary>
internal sealed class FederationDirectory
{
    private readonly string _root;

    /// <summary>The directory of a federation under a root; made when something is written.</summary>
    public FederationDirectory(string root, string federation)
    {
        // Names may hold what a file system does not like, and '/'.
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(federation)))[..24];
        _root = Path.Combine(root, hash);
    }

    /// <summary>Where the ledger of a round lies; its directory is there.</summary>
    public string Ledger(int round)
    {
        Directory.CreateDirectory(_root);
        return Path.Combine(_root, Invariant($"round-{round}.ledger"));
    }

    private string Model(int round) => Path.Combine(_root, Invariant($"model-{round}.bin"));

    /// <summary>The model after a round.</summary>
    public Stream OpenModel(int round) => File.OpenRead(Model(round));

    /// <summary>Whether the model after a round is there.</summary>
    public bool HasModel(int round) => File.Exists(Model(round));

    /// <summary>Keeps the model after a round.</summary>
    public void WriteModel(int round, Action<Stream> write) => Write(Model(round), write);

    /// <summary>Removes what only rounds before this one needed: the ledgers up to it and the models before it.</summary>
    public void Settle(int round)
    {
        if (!Directory.Exists(_root)) return;
        foreach (string file in Directory.EnumerateFiles(_root))
            if (Numbered(file, "round-", ".ledger") <= round || Numbered(file, "model-", ".bin") < round) File.Delete(file);
    }

    /// <summary>What a hosted client keeps for itself.</summary>
    public ClientStates Client(string client) => new(Path.Combine(_root, "clients", client));

    private void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + ".tmp";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        Weights.WeightDirectory.Flush(Path.GetDirectoryName(path)!);
    }

    // The number in a file's name, or more than any where it has none.
    private static int Numbered(string file, string prefix, string extension)
    {
        string name = Path.GetFileName(file);
        return name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal)
            && int.TryParse(name[prefix.Length..^extension.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
