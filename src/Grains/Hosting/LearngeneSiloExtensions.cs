using Learngene.Grains.Clients;
using Learngene.Grains.Compute;
using Learngene.Grains.Data;
using Learngene.Grains.Federation;
using Learngene.Grains.Federation.Rounds;
using Learngene.Grains.Jobs;
using Learngene.Grains.Scheduling;
using Learngene.Grains.Weights;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Learngene.Grains;

/// <summary>Registers the project's grains and what they need.</summary>
public static class LearngeneSiloExtensions
{
    /// <summary>Adds Learngene to a silo. Grain storage named Default and, if wanted, another <see cref="TimeProvider"/> are the host's to add.</summary>
    /// <param name="silo">The silo being built.</param>
    /// <param name="options">Directory, threads, intervals.</param>
    public static ISiloBuilder AddLearngene(this ISiloBuilder silo, LearngeneOptions options)
    {
        silo.UseSiloMetadata(ClusterDevices.Announce(options));
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton<ComputeLanes>();
        silo.Services.AddSingleton<ClusterDevices>();
        silo.Services.AddSingleton<OpenDataSets>();
        silo.Services.AddSingleton<JobWorkshop>();
        silo.Services.AddSingleton<RoundWorkshop>();
        silo.Services.AddSingleton<JobPlanner>();
        silo.Services.AddSingleton<JobPublisher>();
        silo.Services.TryAddSingleton<IWeightStore>(s => new DirectoryWeightStore(options.WeightsDirectory, s.GetRequiredService<TimeProvider>()));
        silo.Services.TryAddSingleton<IWeightPlaces, DirectoryPlaces>();
        silo.Services.AddSingleton<WeightReferences>();
        silo.Services.AddSingleton(s => new Tickets(options, s.GetRequiredService<TimeProvider>()));
        silo.Services.AddSingleton<RoundLanes>();
        silo.Services.AddSingleton<OpenRounds>();
        silo.Services.AddSingleton(s => new RoundTickets(options, s.GetRequiredService<TimeProvider>()));
        silo.Services.AddSingleton<RoundOrders>();
        silo.Services.AddSingleton<RoundDoor>();
        silo.Services.AddSingleton<FederationWorkshop>();
        silo.Services.AddSingleton<FederationPlanner>();
        silo.Services.AddSingleton<FederationFinish>();
        silo.Services.AddSingleton<HostedClients>();
        silo.Services.AddSingleton<HostedTraining>();
        if (options.Clustered) silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterTicketKey>();
        silo.Services.AddSingleton<FederationHold>();
        silo.Services.AddSingleton<UnfinishedJobs>();
        silo.Services.AddSingleton<UnfinishedFederations>();
        silo.Services.AddSingleton<SiloWatch>();
        silo.Services.AddHostedService(s => s.GetRequiredService<SiloWatch>());
        if (options.Clustered) silo.AddStartupTask((s, token) => Outlasted(s, () => s.GetRequiredService<IGrainFactory>().GetGrain<IWakeGrain>(0).Arm(), token));
        return silo.AddStartupTask((s, token) => Outlasted(s, () => s.GetRequiredService<SiloWatch>().WakeAsync(token), token));
    }

    // Another silo may go while this one starts.
    private static Task Outlasted(IServiceProvider services, Func<Task> work, CancellationToken token) =>
        Outage.OutlastAsync(work, () => !token.IsCancellationRequested, services.GetRequiredService<TimeProvider>());
}
