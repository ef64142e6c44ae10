using Learngene.Learngenes;
using Learngene.Silo.Storage;

namespace Learngene.Silo.Http;

/// <summary>Whether the process lives, and whether its grains and their storage answer.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", async (IGrainFactory grains, IServiceProvider services) =>
        {
            try
            {
                await GrainStorage.AskAsync(services).WaitAsync(s_patience);
                await grains.GetGrain<ICatalogueGrain>($"{Catalogue.Jobs}/0").List().WaitAsync(s_patience);
                return Results.Text("ready");
            }
            catch (Exception e) // whatever keeps the grains from answering
            {
                return Results.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
    }
}
