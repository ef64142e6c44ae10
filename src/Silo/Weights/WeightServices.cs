using Learngene.Grains.Weights;
using Learngene.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Learngene.Silo.Weights;

/// <summary>Registers the store that the settings name and what clears it up.</summary>
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
    }
}
