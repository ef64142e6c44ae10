using Learngene.Scheduling;

namespace Learngene.Grains.Scheduling;

/// <summary>
/// Who is next: the higher priority; then the user who has fewer devices now; then the one who has had less of them lately; then the older
/// request. A job for which nothing is free lets those behind it pass, so a device is never idle while somebody could use it.
/// </summary>
internal sealed class FairShare
{
    private readonly Dictionary<string, int> _devices = [];
    private readonly Dictionary<string, double> _had = [];

    /// <summary>The users' shares at a moment.</summary>
    public FairShare(PoolRecord record, DateTimeOffset now)
    {
        foreach (var (user, usage) in record.Usage) _had[user] = usage.Now(now);
        foreach (var grant in record.Grants)
        {
            string user = grant.Request.Need.User;
            _devices[user] = _devices.GetValueOrDefault(user) + 1;
            _had[user] = _had.GetValueOrDefault(user) + Math.Max(0, (now - grant.Since).TotalSeconds);
        }
    }

    /// <summary>The requests in the order of their turns, if no device became free meanwhile.</summary>
    public IEnumerable<DeviceRequest> Order(IEnumerable<DeviceRequest> waiting) => waiting.OrderBy(Turn);

    /// <summary>Gives free devices to those whose turn it is, and counts them as theirs.</summary>
    /// <param name="waiting">Each with the silo on which it is now.</param><param name="free">Devices that nobody has.</param>
    public IReadOnlyList<(DeviceRequest Request, SiloDevice Device)> Assign(IEnumerable<(DeviceRequest Request, SiloAddress Here)> waiting, IEnumerable<SiloDevice> free)
    {
        var (left, devices, given) = (waiting.ToList(), free.ToList(), new List<(DeviceRequest, SiloDevice)>());
        while (left.Where(w => devices.Exists(d => d.Suits(w.Request))).OrderBy(w => Turn(w.Request)).Take(1).ToList() is [var first])
        {
            var next = first.Request;
            var device = Best(next, first.Here, devices);
            given.Add((next, device));
            devices.Remove(device);
            left.Remove(first);
            _devices[next.Need.User] = _devices.GetValueOrDefault(next.Need.User) + 1;
        }
        return given;
    }

    /// <summary>Of the devices that suit: a GPU before a CPU, then one of the silo where the job is, then the smallest.</summary>
    public static SiloDevice Best(DeviceRequest request, SiloAddress here, IEnumerable<SiloDevice> devices) => devices.Where(d => d.Suits(request))
        .OrderBy(d => d.Found.Kind != DeviceKind.Gpu).ThenBy(d => d.Silo != here).ThenBy(d => d.Found.Memory).ThenBy(d => d.Silo).ThenBy(d => d.Found.Name, StringComparer.Ordinal).First();

    private (int, int, double, DateTimeOffset, string) Turn(DeviceRequest request)
    {
        string user = request.Need.User;
        return (-(int)request.Need.Priority, _devices.GetValueOrDefault(user), _had.GetValueOrDefault(user), request.Created, request.Job);
    }
}
