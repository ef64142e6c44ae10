using System.Collections.Concurrent;
using Learngene.Data;
using Learngene.Vision;
using Learngene.Vision.Data;

namespace Learngene.Grains.Data;

/// <summary>Data sets that this silo has open, each once.</summary>
internal sealed class OpenDataSets : IDisposable
{
    private readonly ConcurrentDictionary<(string Path, string? Format, int? ImageSize), DataSet> _open = new();

    /// <summary>The data set of that name, found to have the content it was added with.</summary>
    /// <exception cref="InvalidInputException">Its files have changed.</exception>
    public DataSet Open(DataSetInfo info)
    {
        var data = _open.GetOrAdd((info.Path, info.Format, info.ImageSize == 0 ? null : info.ImageSize), k => DataSet.Open(k.Path, k.Format, null, k.ImageSize));
        if (data.Hash != info.Hash)
        {
            _open.TryRemove(new((info.Path, info.Format, info.ImageSize == 0 ? null : info.ImageSize), data));
            throw new InvalidInputException($"data set '{info.Name}' at {info.Path} has changed since it was added: its hash was {info.Hash[..12]} and is {data.Hash[..12]}; add it under another name.");
        }
        return data;
    }

    /// <summary>Reads what is at a path now, for a data set to be added.</summary>
    public DataSet Open(string path, string? format, int? imageSize)
    {
        var data = DataSet.Open(path, format, null, imageSize);
        _ = data.Hash;
        foreach (var key in _open.Keys.Where(k => k.Path == path))
            if (_open.TryRemove(key, out var old) && old.Hash == data.Hash) old.Dispose();
        return _open.AddOrUpdate((path, data.Format, imageSize), data, (_, _) => data);
    }

    public void Dispose()
    {
        foreach (var data in _open.Values) data.Dispose();
    }
}
