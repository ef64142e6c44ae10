namespace Learngene.Grains.Compute;

/// <summary>
/// The one door from grains to tensors: a thread of its own per device, niced so that the grains keep answering while it burns every
/// core, with a bounded queue. Work comes in as a function and goes out as a value; no tensor leaves.
/// </summary>
internal sealed class ComputeLane : IDisposable
{
    private const int MostQueued = 10_000;
    private readonly Lock _gate = new();
    private readonly SortedSet<LaneItem> _queue = [];
    private readonly SemaphoreSlim _ready = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _running = [];
    private readonly Thread _thread;

    /// <summary>Starts the lane's thread.</summary>
    /// <param name="device">Its name, such as <c>cpu</c>.</param>
    /// <param name="threads">Threads that a tensor operation uses, 1 or more.</param>
    /// <param name="prepare">Called on the lane's thread before its first work; null for a lane without tensors.</param>
    /// <param name="niced">Whether it gives way to all other threads; not where callers wait for it while they burn the cores themselves.</param>
    public ComputeLane(string device, int threads, Action<int>? prepare = null, bool niced = true)
    {
        (Device, Threads) = (device, threads);
        _thread = new Thread(() => Work(prepare, niced)) { IsBackground = true, Name = $"lane {device}" };
        _thread.Start();
    }

    public string Device { get; }
    public int Threads { get; }

    /// <summary>Names of what is being worked on, the interrupted first.</summary>
    public IReadOnlyList<string> Running
    {
        get { lock (_gate) return [.. _running]; }
    }

    /// <summary>Pieces of work that wait.</summary>
    public int Queued
    {
        get { lock (_gate) return _queue.Count; }
    }

    /// <summary>Queues work and returns its answer.</summary>
    /// <param name="name">What it is, to be shown.</param>
    /// <param name="priority">When it gets its turn.</param>
    /// <param name="order">Among equals the smallest comes first.</param>
    /// <param name="work">Runs on the lane's thread; calls <see cref="LaneTurn.Breathe"/> between its steps.</param>
    /// <param name="token">Takes it out of the queue, or stops it when it next breathes.</param>
    /// <exception cref="RefusedException">The queue is full.</exception>
    public async Task<T> RunAsync<T>(string name, LanePriority priority, long order, Func<LaneTurn, T> work, CancellationToken token)
    {
        var item = new LaneItem<T>(name, priority, order, work, token);
        lock (_gate)
        {
            if (_queue.Count >= MostQueued)
                throw new RefusedException($"{MostQueued} jobs wait for {Device} already; try again when some are done.");
            _queue.Add(item);
        }
        _ready.Release();
        using var registration = token.Register(() =>
        {
            bool waiting;
            lock (_gate) waiting = _queue.Remove(item);
            if (waiting) item.Cancel();
        });
        return await item.Answer;
    }

    /// <summary>Stops what runs at its next breath and cancels what waits.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        foreach (var item in _queue) item.Cancel();
        _queue.Clear();
    }

    private void Work(Action<int>? prepare, bool niced)
    {
        if (niced) Niceness.LowerThisThread();
        try
        {
            for (bool prepared = false; ; prepared = true)
            {
                _ready.Wait(_stop.Token);
                if (!prepared) prepare?.Invoke(Threads);
                if (Take(LanePriority.Training) is { } item) Run(item, nested: false);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private LaneItem? Take(LanePriority least)
    {
        lock (_gate)
        {
            if (_queue.Min is not { } first || first.Priority < least) return null;
            _queue.Remove(first);
            return first;
        }
    }

    private void Run(LaneItem item, bool nested)
    {
        lock (_gate) _running.Add(item.Name);
        item.Run(new LaneTurn(item.Token, _stop.Token, nested ? null : RunUrgent));
        lock (_gate) _running.Remove(item.Name);
    }

    private void RunUrgent()
    {
        while (Take(LanePriority.Urgent) is { } item) Run(item, nested: true);
    }
}
