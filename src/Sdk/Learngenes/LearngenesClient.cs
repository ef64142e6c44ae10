using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Weights;

namespace Learngene.Sdk.Learngenes;

/// <summary>Models and learngenes: names, versions, files in and out, descendants.</summary>
public sealed class LearngenesClient
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
    private readonly IGrainFactory _grains;
    private readonly JobsClient _jobs;
    private readonly WeightsClient _weights;

    internal LearngenesClient(IGrainFactory grains, JobsClient jobs, WeightsClient weights) => (_grains, _jobs, _weights) = (grains, jobs, weights);

    /// <summary>The latest version of every name.</summary>
    public async Task<IReadOnlyList<LearngeneVersion>> ListAsync(CancellationToken token = default)
    {
        var names = await Retry.CallAsync(() => _grains.ListAsync(Catalogue.Learngenes), token);
        var versions = await Task.WhenAll(names.Select(n => VersionsAsync(n, token)));
        return [.. versions.Where(v => v.Count > 0).Select(v => v.LastOrDefault(x => !x.Retired) ?? v[^1])];
    }

    /// <summary>All versions of a name, oldest first.</summary>
    public Task<IReadOnlyList<LearngeneVersion>> VersionsAsync(string name, CancellationToken token = default) =>
        Retry.CallAsync(() => Repository(name).Versions(), token);

    /// <summary>The version that NAME[@VERSION|@TAG] stands for.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Task<LearngeneVersion> GetAsync(string reference, CancellationToken token = default)
    {
        var (name, selector) = Split(reference);
        return Retry.CallAsync(() => Repository(name).Resolve(selector), token);
    }

    /// <summary>A version and everything it was made from, itself first, parents after their children.</summary>
    public async Task<IReadOnlyList<LearngeneVersion>> LineageAsync(string reference, CancellationToken token = default)
    {
        var line = new List<LearngeneVersion>();
        var ahead = new Queue<string>([reference]);
        while (ahead.TryDequeue(out string? next))
        {
            var version = await GetAsync(next, token);
            if (line.Any(v => v.Reference == version.Reference)) continue;
            line.Add(version);
            foreach (var parent in version.Parents.Select(p => p.Name).OfType<string>()) ahead.Enqueue(parent);
        }
        return line;
    }

    /// <summary>Points a tag at a version.</summary>
    public Task<LearngeneVersion> TagAsync(string reference, string tag, CancellationToken token = default)
    {
        var (name, selector) = Chosen(reference);
        return Retry.CallAsync(() => Repository(name).Tag(selector, tag), token);
    }

    /// <summary>Takes a version out of use.</summary>
    public Task<LearngeneVersion> RetireAsync(string reference, CancellationToken token = default)
    {
        var (name, selector) = Chosen(reference);
        return Retry.CallAsync(() => Repository(name).Retire(selector), token);
    }

    /// <summary>Takes a model file into the repository.</summary>
    /// <param name="name">Its name there.</param><param name="file">A safetensors file.</param>
    /// <param name="heads">Heads, and</param><param name="imageSize">image size of a checkpoint without our metadata.</param>
    /// <param name="allowNonfinite">Take NaN and infinity.</param>
    /// <param name="progress">Bytes sent so far.</param><param name="token">Gives up.</param>
    /// <exception cref="JobFailedException">It is no model; the status says why.</exception>
    public async Task<LearngeneVersion> ImportAsync(
        string name, string file, int? heads = null, int? imageSize = null, bool allowNonfinite = false, IProgress<long>? progress = null, CancellationToken token = default)
    {
        var weights = await _weights.UploadAsync(file, progress, token);
        var settings = new JsonObject();
        if (heads is not null) settings["heads"] = heads;
        if (imageSize is not null) settings["imageSize"] = imageSize;
        if (allowNonfinite) settings["allowNonfinite"] = true;
        var job = await _jobs.StartAsync(new() { Kind = JobKind.Import, Name = name, File = weights, Settings = settings.ToJsonString() }, token);
        var done = await _jobs.WaitAsync(job.Id, null, token);
        return await GetAsync($"{name}@{done.Result!.Version}", token);
    }

    /// <summary>Writes a version's file.</summary>
    /// <returns>The version.</returns>
    public async Task<LearngeneVersion> ExportAsync(string reference, string file, IProgress<long>? progress = null, CancellationToken token = default)
    {
        var version = await GetAsync(reference, token);
        await _weights.DownloadAsync(version.Weights, file, progress, token);
        return version;
    }

    /// <summary>The best size of a learngene within a budget, and why; nothing is made.</summary>
    /// <exception cref="RefusedException">Nothing fits; says what the smallest is.</exception>
    public async Task<SizeAnswer> ChooseAsync(string reference, SizeBudget budget, CancellationToken token = default)
    {
        var version = await GetAsync(reference, token);
        return await Retry.CallAsync(() => _grains.GetGrain<IDescendantsGrain>(version.Weights.Sha256).Choose(version.Reference, JsonSerializer.Serialize(budget, s_json)), token);
    }

    /// <summary>Materialises a descendant, or finds it where it was materialised before.</summary>
    /// <exception cref="RefusedException">The size or selection is not to be had.</exception>
    public async Task<Descendant> DescendAsync(string reference, DescendOptions options, CancellationToken token = default)
    {
        var version = await GetAsync(reference, token);
        var job = await Retry.CallAsync(
            () => _grains.GetGrain<IDescendantsGrain>(version.Weights.Sha256).Descend(version.Reference, JsonSerializer.Serialize(options, s_json)), token);
        var done = job.State == JobState.Completed ? job : await _jobs.WaitAsync(job.Id, null, token);
        using var config = JsonDocument.Parse(done.Result!.Config!);
        int Number(string key) => config.RootElement.GetProperty(key).GetInt32();
        return new(version, Number("embed_dim"), Number("depth"), Number("num_heads"), done.Result.Parameters, done.Result.Weights!);
    }

    /// <summary>Materialises a descendant and writes it to a file.</summary>
    public async Task<Descendant> DescendAsync(string reference, DescendOptions options, string file, CancellationToken token = default)
    {
        var descendant = await DescendAsync(reference, options, token);
        try
        {
            await _weights.DownloadAsync(descendant.Weights, file, null, token);
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.Gone or HttpStatusCode.NotFound)
        {
            descendant = await DescendAsync(reference, options, token); // the stored file had rotted: it is made again
            await _weights.DownloadAsync(descendant.Weights, file, null, token);
        }
        return descendant;
    }

    private ILearngeneRepositoryGrain Repository(string name) => _grains.GetGrain<ILearngeneRepositoryGrain>(name);

    private static (string Name, string? Selector) Split(string reference) => reference.IndexOf('@') is var at && at >= 0 ? (reference[..at], reference[(at + 1)..]) : (reference, null);

    private static (string Name, string Selector) Chosen(string reference) => Split(reference) is (var name, { } selector)
        ? (name, selector)
        : throw new RefusedException($"'{reference}' names no version; write {reference}@VERSION.");
}
