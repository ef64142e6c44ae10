using Learngene.Sdk;

namespace Learngene.Cli.Commands;

/// <summary>A model that is given as NAME[@V] or as a FILE.</summary>
/// <param name="Name">The name, or null.</param><param name="File">The whole path, or null.</param>
internal sealed record ModelSource(string? Name, string? File)
{
    /// <summary>A file where one of that name is there or the name ends as one; else a name.</summary>
    /// <exception cref="UsageException">The file is not there.</exception>
    public static ModelSource Of(string argument) => LocalFiles.Means(argument) ? new(null, LocalFiles.ToRead(argument)) : new(argument, null);

    /// <summary>What its tuned child is called unless the user says.</summary>
    public string TunedName()
    {
        string stem = Name is { } name ? name.Split('@')[0] : Plain(Path.GetFileNameWithoutExtension(File!));
        return stem + "-tuned";
    }

    /// <summary>Brings a file into the weight store.</summary>
    public async Task<WeightRef?> UploadAsync(LearngeneClient client, CancellationToken token) => File is null ? null : await client.Weights.UploadAsync(File, null, token);

    private static string Plain(string stem)
    {
        string plain = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')).TrimStart('.', '-');
        return plain.Length == 0 ? "model" : plain;
    }
}
