using System.Net;
using Learngene.Grains.Compute.Devices;
using Learngene.Grains.Scheduling;
using Learngene.Scheduling;
using Orleans.Runtime;

namespace Learngene.Grains.Tests.Scheduling;

public sealed class FairShareTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly SiloAddress s_one = SiloAddress.New(IPAddress.Loopback, 1, 1), s_two = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private static readonly SiloDevice s_small = new(s_one, new("cpu", DeviceKind.Cpu, 10, 2)), s_large = new(s_two, new("cpu", DeviceKind.Cpu, 100, 2)), s_gpu = new(s_two, new("cuda:0", DeviceKind.Gpu, 50, 0));

    [Fact]
    public void Higher_priority_comes_first_and_among_equals_the_older()
    {
        DeviceRequest[] waiting = [Asks("young"), Asks("old", minutes: 9), Asks("low", minutes: 99, priority: JobPriority.Low), Asks("high", priority: JobPriority.High)];
        Assert.Equal(["high", "old", "young", "low"], new FairShare(new(), s_now).Order(waiting).Select(r => r.Job));
        Assert.Equal(["high", "old"], Given(new(), waiting, s_small, s_large).Select(g => g.Job).Order());
    }

    [Fact]
    public void Devices_are_dealt_out_between_users_not_between_jobs()
    {
        var many = Enumerable.Range(0, 8).Select(i => Asks($"many-{i}", minutes: 50 - i, user: "greedy"));
        Assert.Equal(["many-0", "one"], Given(new(), [.. many, Asks("one", user: "modest")], s_small, s_large).Select(g => g.Job).Order());
    }

    [Fact]
    public void Who_has_had_less_of_the_devices_lately_comes_first_and_it_is_forgotten_by_halves_a_day()
    {
        var record = new PoolRecord { Usage = new Dictionary<string, DeviceUsage> { ["busy"] = new(3600, s_now), ["idle"] = new(10, s_now) } };
        DeviceRequest[] waiting = [Asks("a", minutes: 9, user: "busy"), Asks("b", user: "idle")];
        Assert.Equal("b", Given(record, waiting, s_small).Single().Job);
        Assert.Equal(900, record.Usage["busy"].Now(s_now.AddDays(2)), 6);
    }

    [Fact]
    public void Time_on_a_device_counts_for_its_user_once_the_job_leaves_it()
    {
        var grant = new DeviceGrant(Asks("a", user: "ada"), s_one, "cpu", s_now.AddSeconds(-90));
        var record = new PoolRecord { Grants = [grant], Usage = new Dictionary<string, DeviceUsage> { ["ada"] = new(60, s_now.AddDays(-1)) } }.Without(grant, s_now);
        Assert.Empty(record.Grants);
        Assert.Equal(new DeviceUsage(120, s_now), record.Usage["ada"]);
    }

    [Fact]
    public void A_job_gets_what_suits_it_a_gpu_rather_than_a_cpu_and_the_smallest_that_is_large_enough()
    {
        Assert.Equal([("any", s_gpu)], Given(new(), [Asks("any")], s_small, s_large, s_gpu));
        Assert.Equal([("cpu", s_large)], Given(new(), [Asks("cpu", memory: 60, kind: DeviceKind.Cpu)], s_small, s_large, s_gpu));
        Assert.Equal([("cpu", s_small)], Given(new(), [Asks("cpu", memory: 5, kind: DeviceKind.Cpu)], s_small, s_large, s_gpu));
        Assert.Empty(Given(new(), [Asks("huge", memory: 1000)], s_small, s_large, s_gpu));
    }

    [Fact]
    public void Who_cannot_be_served_lets_others_pass()
    {
        DeviceRequest[] waiting = [Asks("gpu", minutes: 99, priority: JobPriority.High, kind: DeviceKind.Gpu), Asks("cpu")];
        Assert.Equal([("cpu", s_small)], Given(new(), waiting, s_small));
    }

    [Fact]
    public void A_device_goes_to_one_job_whatever_is_asked()
    {
        var chance = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            var devices = Enumerable.Range(0, chance.Next(1, 6)).Select(i => new SiloDevice(SiloAddress.New(IPAddress.Loopback, i / 2, 1), new($"d{i}", (DeviceKind)chance.Next(1, 3), chance.Next(1, 100), 1))).ToArray();
            var asks = Enumerable.Range(0, chance.Next(0, 20)).Select(i => Asks($"{i}", chance.Next(60), (JobPriority)chance.Next(-1, 2), (DeviceKind)chance.Next(0, 3), chance.Next(0, 100), $"u{chance.Next(3)}")).ToArray();
            var given = Given(new(), asks, devices);
            Assert.Equal(given.Count, given.Select(g => g.Device).Distinct().Count());
            Assert.Equal(given.Count, given.Select(g => g.Job).Distinct().Count());
            Assert.All(given, g => Assert.True(g.Device.Suits(asks.Single(a => a.Job == g.Job))));
            // Nobody is left for whom something is left.
            Assert.DoesNotContain(asks.Where(a => given.All(g => g.Job != a.Job)), a => devices.Except(given.Select(g => g.Device)).Any(d => d.Suits(a)));
        }
    }

    private static IReadOnlyList<(string Job, SiloDevice Device)> Given(PoolRecord record, IEnumerable<DeviceRequest> waiting, params SiloDevice[] free) =>
        [.. new FairShare(record, s_now).Assign(waiting.Select(w => (w, s_one)), free).Select(g => (g.Request.Job, g.Device))];

    private static DeviceRequest Asks(
        string job, int minutes = 0, JobPriority priority = JobPriority.Normal, DeviceKind kind = DeviceKind.Any, long memory = 0, string user = "") =>
        new(job, new() { Kind = kind, Priority = priority, User = user }, memory, s_now.AddMinutes(-minutes), false);
}
