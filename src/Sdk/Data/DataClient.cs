using System.Text.Json.Nodes;
using Learngene.Data;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Sdk.Jobs;

namespace Learngene.Sdk.Data;

/// <summary>Data sets known to the cluster.</summary>
public sealed class DataClient
{
    private readonly IGrainFactory _grains;
    private readonly JobsClient _jobs;

    internal DataClient(IGrainFactory grains, JobsClient jobs) => (_grains, _jobs) = (grains, jobs);

    /// <summary>Makes a data set known and waits until it has been read.</summary>
    /// <param name="name">A name for it.</param>
    /// <param name="path">Absolute path on the silo's machine.</param>
    /// <param name="format">idx, folder or cifar; null detects it.</param>
    /// <param name="imageSize">Size to which a folder's images are brought, where they have several.</param>
    /// <param name="token">Stops waiting.</param>
    /// <exception cref="JobFailedException">It cannot be read; the status says why.</exception>
    public async Task<DataSetInfo> AddAsync(string name, string path, string? format = null, int? imageSize = null, CancellationToken token = default)
    {
        var settings = new JsonObject();
        if (format is not null) settings["format"] = format;
        if (imageSize is not null) settings["imageSize"] = imageSize;
        var job = await _jobs.StartAsync(new() { Kind = JobKind.AddData, Name = name, Path = path, Settings = settings.ToJsonString() }, token);
        await _jobs.WaitAsync(job.Id, null, token);
        return await GetAsync(name, token);
    }

    /// <summary>A data set by its name.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Task<DataSetInfo> GetAsync(string name, CancellationToken token = default) => Retry.CallAsync(() => _grains.GetGrain<IDataSetGrain>(name).Get(), token);

    /// <summary>All data sets by name.</summary>
    public async Task<IReadOnlyList<DataSetInfo>> ListAsync(CancellationToken token = default)
    {
        var names = await Retry.CallAsync(() => _grains.ListAsync(Catalogue.DataSets), token);
        return await Task.WhenAll(names.Select(n => GetAsync(n, token)));
    }
}
