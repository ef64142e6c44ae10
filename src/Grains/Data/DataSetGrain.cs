using Learngene.Data;

namespace Learngene.Grains.Data;

/// <summary>A data set's durable state.</summary>
[GenerateSerializer, Immutable, Alias("learngene.data-record")]
internal sealed record DataSetRecord
{
    [Id(0)] public DataSetInfo? Info { get; init; }
}

/// <summary>A data set by its name. The name stands for one content: it may move, but not change.</summary>
internal sealed class DataSetGrain([PersistentState("data")] IPersistentState<DataSetRecord> state) : Grain, IDataSetGrain
{
    private readonly Durable<DataSetRecord> _record = new(state);

    public Task<DataSetInfo> Get() => Task.FromResult(
        _record.Value.Info ?? throw new RefusedException($"there is no data set '{this.GetPrimaryKeyString()}'; 'learngene data list' shows those there are, 'learngene data add' adds one."));

    public async Task<DataSetInfo> Register(DataSetInfo info)
    {
        if (_record.Value.Info is { } known && (known.Hash, known.Classes, known.Channels, known.Height, known.Width) != (info.Hash, info.Classes, info.Channels, info.Height, info.Width))
            throw new RefusedException($"data set '{info.Name}' exists with other content (hash {known.Hash[..12]}, {known.Channels} x {known.Height} x {known.Width}; now {info.Hash[..12]}, {info.Channels} x {info.Height} x {info.Width}); choose another name.");
        await _record.ChangeAsync(_ => new() { Info = info });
        return info;
    }
}
