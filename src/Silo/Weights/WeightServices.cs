using Learngene.Grains.Weights;
using Learngene.Silo.Hosting;
using Learngene.Silo.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Learngene.Silo.Weights;

/// <summary>Registers the store that the settings name, what clears it up, and the metrics of it and of all else.</summary>
internal static class WeightServices
{
    public static void AddWeights(this IServiceCollection services, SiloSettings settings, DataDirectory directory)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<WeightPlaces>(s, settings, directory));
        services.AddSingleton<IWeightPlaces>(s => s.GetRequiredService<WeightPlaces>());
        services.AddSingleton<IWeightStore>(s =>
        {
            var places = s.GetRequiredService<WeightPlaces>();
            return places.Open(places.Own);
        });
        services.AddHostedService<WeightSweeper>();
        services.AddMetricsDoor(settings);
    }
}
