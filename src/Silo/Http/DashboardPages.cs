using Orleans.Dashboard;

namespace Learngene.Silo.Http;

/// <summary>The Orleans Dashboard.</summary>
internal static class DashboardPages
{
    private const string Path = "/dashboard";

    /// <summary>
    /// Maps its pages, and / to them. They are read from their library when somebody first looks at one: 90 MB that a silo nobody looks at
    /// does without (docs/results/rounds.md).
    /// </summary>
    public static void MapDashboard(this WebApplication app)
    {
        var pages = new Lazy<RequestDelegate>(() =>
        {
            var branch = new ApplicationBuilder(app.Services);
            branch.UseRouting();
            branch.UseEndpoints(e => e.MapOrleansDashboard(Path).ExcludeFromDescription());
            return branch.Build();
        });
        app.Map(Path + "/{**page}", context =>
        {
            context.SetEndpoint(null); // this one; the branch is to find its own
            context.Request.RouteValues.Clear();
            return pages.Value(context);
        }).ExcludeFromDescription();
        app.MapGet("/", () => Results.Redirect(Path)).ExcludeFromDescription();
    }
}
