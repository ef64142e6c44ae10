using Learngene.Grains.Compute;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>
/// A round in progress on this silo: takes contributions in as they come, folds them into sums, and acknowledges each when it is on the
/// disk. What was acknowledged is in the ledger, so a round that is opened again after a crash knows what it knew.
/// </summary>
internal sealed class OpenRound : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Accepted?> _clients = []; // null: on its way
    private readonly Dictionary<string, string> _invalid = [];
    private List<string> _fresh = [];
    private readonly RoundLanes _lanes;
    private readonly RoundSums _sums;
    private readonly Staging _staging;
    private readonly RoundCommits _commits;
    private readonly IReadOnlyList<SharedBytes?> _downloads;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _sealed;

    /// <summary>Opens a round, with what its ledger holds already.</summary>
    /// <param name="terms">What it is about.</param><param name="downloads">What a client of each cohort starts from; null where that is the common seed.</param>
    /// <param name="memory">What the federation's rounds use one after the other.</param><param name="ledger">Path of its ledger.</param><param name="lanes">Who folds and writes.</param><param name="time">For the moment that a commit waits.</param><param name="holds">Whether the round is this silo's still; null where it cannot be another's.</param>
    public OpenRound(RoundTerms terms, IReadOnlyList<SharedBytes?> downloads, RoundMemory memory, string ledger, RoundLanes lanes, TimeProvider time, Func<Task<bool>>? holds = null)
    {
        (Terms, _downloads, _lanes) = (terms, downloads, lanes);
        _sums = new(terms, memory, ledger);
        foreach (var accepted in _sums.Recovered) _clients[accepted.Client] = accepted;
        Count = _clients.Count;
        _staging = memory.Staging(checked((int)Math.Max(terms.LongestContribution, 1)), Path.GetDirectoryName(ledger)!, time);
        _commits = new(_sums, lanes, time, holds);
    }

    public RoundTerms Terms { get; }

    /// <summary>Bytes of what a client of a cohort starts from; 0 where that is the common seed.</summary>
    public long DownloadBytes(int cohort) => _downloads[cohort]?.Length ?? 0;

    /// <summary>What a client of a cohort starts from; null where that is the common seed, or the round has been let go of. The caller disposes of it.</summary>
    public BytesInUse? Download(int cohort) => _downloads[cohort]?.Use();

    /// <summary>Contributions that count and are on the disk, by client.</summary>
    public IReadOnlyList<Accepted> Accepted
    {
        get { lock (_gate) return [.. _clients.Values.OfType<Accepted>().OrderBy(a => a.Client, StringComparer.Ordinal)]; }
    }

    /// <summary>How many count.</summary>
    public int Count { get; private set; }

    /// <summary>Clients whose contribution has come to count since this was last asked.</summary>
    public IReadOnlyList<string> TakeFresh()
    {
        lock (_gate) return Interlocked.Exchange(ref _fresh, []);
    }

    /// <summary>Whether a client's contribution counts.</summary>
    public bool Has(string client)
    {
        lock (_gate) return _clients.GetValueOrDefault(client) is not null;
    }

    /// <summary>Clients that sent what cannot be, and why; asking empties the list.</summary>
    public IReadOnlyDictionary<string, string> TakeInvalid()
    {
        lock (_gate)
        {
            var taken = new Dictionary<string, string>(_invalid);
            _invalid.Clear();
            return taken;
        }
    }

    /// <summary>Ends at the next change.</summary>
    public Task Changed
    {
        get { lock (_gate) return _changed.Task; }
    }

    /// <summary>Takes a contribution in; answers when it is on the disk, or says why it does not count.</summary>
    /// <param name="client">Who sends it.</param><param name="cohort">The sender's cohort.</param><param name="mostSamples">Most images it may claim.</param>
    /// <param name="length">Its length in bytes.</param><param name="body">Its bytes.</param><param name="token">Ends the sending.</param>
    public async Task<ContributionAnswer> ContributeAsync(string client, int cohort, long mostSamples, long length, Stream body, CancellationToken token)
    {
        if (Begin(client, length) is { } refusal) return refusal;
        bool counts = false;
        Staged? staged = null;
        _commits.Arriving();
        try
        {
            staged = await _staging.RentAsync(token);
            var bytes = await staged.ReceiveAsync(body, (int)length, token);
            var folded = await _lanes.Folding.RunAsync("contribution", LanePriority.Urgent, 0, _ => _sums.Fold(client, cohort, mostSamples, bytes), default);
            if (!_sums.Keeps) staged.Dispose(); // its values are in the sums, and only these go to the disk
            await _commits.AddAsync(folded);
            counts = true;
            lock (_gate)
            {
                _clients[client] = folded.Meta;
                _fresh.Add(client);
                Count++;
            }
            return new(ContributionOutcome.Accepted);
        }
        catch (PayloadException e)
        {
            lock (_gate) _invalid[client] = e.Message;
            return new(ContributionOutcome.Invalid, e.Message);
        }
        catch (RoundMovedException e)
        {
            return new(ContributionOutcome.Late, e.Message);
        }
        catch (NotDurableException e)
        {
            return new(ContributionOutcome.Storage, e.Message);
        }
        finally
        {
            staged?.Dispose();
            _commits.Left();
            if (!counts)
                lock (_gate) _clients.Remove(client);
            Show();
        }
    }

    /// <summary>Takes no more contributions, and gives what there is when all that was begun is decided.</summary>
    public async Task<RoundSums> SealAsync()
    {
        lock (_gate) _sealed = true;
        await _commits.DoneAsync();
        return _sums;
    }

    public void Dispose()
    {
        _sums.Dispose();
        foreach (var download in _downloads) download?.Done();
    }

    private ContributionAnswer? Begin(string client, long length)
    {
        lock (_gate)
        {
            if (_clients.TryGetValue(client, out var known))
                return known is null
                    ? new(ContributionOutcome.Busy, $"another upload of client '{client}' is going on.")
                    : new(ContributionOutcome.Already);
            if (_sealed) return new(ContributionOutcome.Late, $"round {Terms.Round} is closed; check in for the next.");
            if (length < 1 || length > Terms.LongestContribution)
            {
                _invalid[client] = $"it has {length} bytes; at most {Terms.LongestContribution} are taken.";
                return new(ContributionOutcome.TooLong, $"the contribution has {length} bytes; at most {Terms.LongestContribution} are taken.");
            }
            _clients.Add(client, null);
            return null;
        }
    }

    private void Show()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
