using System.Globalization;
using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Learngenes;

/// <summary>The versions of one family.</summary>
internal sealed class LearngeneRepositoryGrain([PersistentState("repository")] IPersistentState<RepositoryRecord> state, TimeProvider time)
    : Grain, ILearngeneRepositoryGrain
{
    private readonly Durable<RepositoryRecord> _record = new(state);

    private RepositoryRecord Record => _record.Value;
    private string Family => this.GetPrimaryKeyString();

    public async Task Reserve(string job)
    {
        if (Record.HeldBy is { } holder && holder != job && await IsUnfinished(holder))
            throw new RefusedException($"name '{Family}' is being made by job '{holder}'; wait for it, cancel it ('learngene jobs cancel {holder}') or choose another name.");
        if (Record.HeldBy != job) await _record.ChangeAsync(r => r with { HeldBy = job });
    }

    public async Task Release(string job)
    {
        if (Record.HeldBy == job) await _record.ChangeAsync(r => r with { HeldBy = null });
    }

    public async Task<LearngeneVersion> Publish(LearngeneVersion version)
    {
        if (Record.Versions.FirstOrDefault(v => v.Job == version.Job && v.Phase == version.Phase) is { } known) return Shown(known);
        Parent Named(Parent p) => p.Name is null && Record.Versions.LastOrDefault(v => v.Weights.Sha256 == p.Sha256) is { } own ? p with { Name = own.Reference } : p;
        var next = version with
        {
            Name = Family, Version = Record.Versions.Count + 1, Created = time.GetUtcNow(), Tags = [], Retired = false, Parents = [.. version.Parents.Select(Named)],
        };
        await _record.ChangeAsync(r => r with { Versions = [.. r.Versions, next], HeldBy = version.Phase == 0 && r.HeldBy == version.Job ? null : r.HeldBy });
        return Shown(next);
    }

    public Task<LearngeneVersion> Resolve(string? selector) => Task.FromResult(Shown(Find(selector)));

    public Task<IReadOnlyList<LearngeneVersion>> Versions() => Task.FromResult<IReadOnlyList<LearngeneVersion>>([.. Record.Versions.Select(Shown)]);

    public async Task<LearngeneVersion> Tag(string selector, string tag)
    {
        Names.RequireTag(tag);
        if (int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new RefusedException($"tag '{tag}' is a number, and numbers name versions; a tag needs a letter.");
        var version = Find(selector);
        await _record.ChangeAsync(r => r with { Tags = new Dictionary<string, int>(r.Tags) { [tag] = version.Version } });
        return Shown(version);
    }

    public async Task<LearngeneVersion> Retire(string selector)
    {
        var version = Find(selector);
        if (!version.Retired)
            await _record.ChangeAsync(r => r with { Versions = [.. r.Versions.Select(v => v.Version == version.Version ? v with { Retired = true } : v)] });
        return Shown(Find(version.Version.ToString(CultureInfo.InvariantCulture)));
    }

    private LearngeneVersion Find(string? selector)
    {
        if (Record.Versions.Count == 0)
            throw new RefusedException($"there is no model '{Family}'; 'learngene list' shows those there are.");
        if (selector is null)
            return Record.Versions.LastOrDefault(v => !v.Retired)
                ?? throw new RefusedException($"every version of '{Family}' is retired; name one of 1..{Record.Versions.Count}, as in {Family}@{Record.Versions.Count}.");
        if (int.TryParse(selector, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || Record.Tags.TryGetValue(selector, out number))
            if (number >= 1 && number <= Record.Versions.Count)
                return Record.Versions[number - 1];
        string tags = Record.Tags.Count == 0 ? "no tags" : "tags " + string.Join(", ", Record.Tags.Keys.Order(StringComparer.Ordinal));
        throw new RefusedException($"'{Family}' has no version or tag '{selector}'; it has versions 1..{Record.Versions.Count} and {tags}.");
    }

    private LearngeneVersion Shown(LearngeneVersion v) => v with { Tags = [.. Record.Tags.Where(t => t.Value == v.Version).Select(t => t.Key).Order(StringComparer.Ordinal)] };

    private async Task<bool> IsUnfinished(string job)
    {
        try
        {
            return !(await GrainFactory.GetGrain<ITransformationJobGrain>(job).Get()).Ended;
        }
        catch (RefusedException)
        {
            return false; // it held the name but was never stored
        }
    }
}
