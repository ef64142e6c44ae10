using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Which model: the one after a round, of whoever closed it.</summary>
/// <param name="Round">The round; 0 is before the first.</param><param name="Epoch">Of whoever closed it.</param>
internal readonly record struct ModelKey(int Round, long Epoch);

/// <summary>
/// A federation's files: its model after each round, the ledger of the round in progress, and what hosted clients keep for themselves.
/// Written beside their place and renamed, so that a file that is there is whole. On a directory that several silos see, each that has the
/// federation in its turn writes files of its own, told apart by its epoch, so that one which was taken for dead and returns spoils nothing.
/// </summary>
internal sealed class FederationDirectory
{
    private const string Temporary = ".tmp";
    private readonly string _root;

    /// <summary>The directory of a federation under a root; made when something is written.</summary>
    public FederationDirectory(string root, string federation)
    {
        // Names may hold what a file system does not like, and '/'.
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(federation)))[..24];
        _root = Path.Combine(root, hash);
    }

    /// <summary>Where the ledger of a round lies; its directory is there. What it held in an earlier epoch it holds now.</summary>
    /// <param name="round">The round.</param><param name="epoch">Of whoever has the federation now; 0 where nobody else can have it.</param>
    public string Ledger(int round, long epoch)
    {
        Directory.CreateDirectory(_root);
        string path = PathOf("round-", round, epoch, ".ledger");
        if (File.Exists(path)) return path;
        var earlier = Directory.EnumerateFiles(_root).Select(f => (File: f, Of: Parse(f, "round-", ".ledger"))).Where(f => f.Of?.Round == round && f.Of.Value.Epoch < epoch).ToList();
        if (earlier.Count == 0) return path;
        string last = earlier.MaxBy(f => f.Of!.Value.Epoch).File;
        Write(path, stream =>
        {
            // Whoever has it open still may write on; what came after the epoch changed was not acknowledged.
            using var source = new FileStream(last, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            source.CopyTo(stream);
        });
        return path;
    }

    /// <summary>The model after a round, as whoever closed the round left it.</summary>
    public Stream OpenModel(ModelKey key) => File.OpenRead(Model(key));

    /// <summary>Keeps the model after a round.</summary>
    public void WriteModel(ModelKey key, Action<Stream> write) => Write(Model(key), write);

    /// <summary>Removes what only rounds before this one needed: the ledgers up to it, the models before it, and those of it that do not count.</summary>
    public void Settle(ModelKey key)
    {
        if (!Directory.Exists(_root)) return;
        foreach (string file in Directory.EnumerateFiles(_root))
        {
            var model = Parse(file, "model-", ".bin");
            bool over = Parse(file, "round-", ".ledger")?.Round <= key.Round || model?.Round < key.Round || (model?.Round == key.Round && model.Value.Epoch < key.Epoch)
                || Parse(file, "round-", Temporary)?.Round < key.Round || Parse(file, "model-", Temporary)?.Round < key.Round;
            if (over) File.Delete(file);
        }
    }

    /// <summary>What a hosted client keeps for itself.</summary>
    public ClientStates Client(string client) => new(Path.Combine(_root, "clients", client));

    private void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path))}.{Guid.NewGuid():N}{Temporary}"; // another silo may be writing the same
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        Weights.WeightDirectory.Flush(Path.GetDirectoryName(path)!);
    }

    private string Model(ModelKey key) => PathOf("model-", key.Round, key.Epoch, ".bin");

    private string PathOf(string prefix, int round, long epoch, string extension) =>
        Path.Combine(_root, epoch == 0 ? string.Create(CultureInfo.InvariantCulture, $"{prefix}{round}{extension}") : string.Create(CultureInfo.InvariantCulture, $"{prefix}{round}.{epoch}{extension}"));

    // Round and epoch in a file's name; null where it is another file.
    private static (int Round, long Epoch)? Parse(string file, string prefix, string extension)
    {
        string name = Path.GetFileName(file);
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || !name.EndsWith(extension, StringComparison.Ordinal)) return null;
        string[] parts = name[prefix.Length..^extension.Length].Split('.');
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int round)) return null;
        return (round, parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) ? epoch : 0);
    }
}
