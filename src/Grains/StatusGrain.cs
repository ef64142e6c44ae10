using System.Runtime.InteropServices;
using Learngene.Grains.Compute;
using Learngene.Grains.Jobs.Work;
using Learngene.Grains.Scheduling;
using Learngene.Grains.Weights;
using Learngene.Vision.Budgets;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Learngene.Grains;

/// <summary>Tells how this silo is.</summary>
[StatelessWorker]
internal sealed class StatusGrain(ILocalSiloDetails silo, ComputeLanes lanes, ClusterDevices cluster, IWeightStore store, LearngeneOptions options, TimeProvider time) : Grain, IStatusGrain
{
    private static readonly TimeSpan s_lasting = TimeSpan.FromSeconds(1);
    private static readonly string s_machine = $"{DeviceName.Read()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private IReadOnlyList<StoredWeight> _weights = [];
    private long? _listed;

    public async Task<SiloStatus> Get()
    {
        // A store elsewhere may have a hundred thousand files: not listed anew for everyone who looks.
        if (_listed is not { } then || time.GetElapsedTime(then) > s_lasting) (_weights, _listed) = (await store.ListAsync(), time.GetTimestamp());
        var weights = _weights;
        return new SiloStatus
        {
            Address = silo.SiloAddress.Endpoint.ToString(), Version = JobContext.Software, Http = options.HttpAddress,
            Devices = [.. lanes.Devices.Select(d => d.Found.ToString())], Running = [.. lanes.Devices.SelectMany(d => d.Lane.Running), .. lanes.Reading.Running],
            Queued = lanes.Devices.Sum(d => d.Lane.Queued),
            Machine = s_machine, StoredWeights = weights.Count, StoredBytes = weights.Sum(w => w.Reference.Length),
        };
    }

    public Task<IReadOnlyList<SiloFacts>> Silos() => Task.FromResult<IReadOnlyList<SiloFacts>>(
        [.. cluster.Silos().Select(s => new SiloFacts(s.Address.Endpoint.ToString(), s.Pool, s.Version, s.Http, [.. s.Devices.Select(d => d.ToString())]))]);
}
