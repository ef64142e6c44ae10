using System.Net;
using Learngene.Grains;
using Learngene.Silo.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace Learngene.Silo.Telemetry;

/// <summary>
/// Metrics for Prometheus at <c>/metrics</c>: on the HTTP port for this machine, and where the settings say so on a port of their own, without
/// TLS, on which nothing else is served.
/// </summary>
internal static class MetricsDoor
{
    private const string Path = "/metrics";
    private static readonly string[] s_meters = ["Learngene", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void AddMetricsDoor(this IServiceCollection services, SiloSettings settings)
    {
        services.AddOpenTelemetry().WithMetrics(m => m.AddMeter(s_meters).AddPrometheusExporter(o => o.ScrapeResponseCacheDurationMilliseconds = 0)
            .AddView("learngene.jobs.*", new ExplicitBucketHistogramConfiguration { Boundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400] })
            .AddView("learngene.rounds.duration", new ExplicitBucketHistogramConfiguration { Boundaries = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900] })
            .AddView("learngene.storage.duration", new ExplicitBucketHistogramConfiguration { Boundaries = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60] }));
        services.AddHostedService<GrainMeter>(); // after what listens to it
        services.AddSingleton<IStartupFilter>(new First(settings));
        if (settings.Metrics is { } own) services.Configure<KestrelServerOptions>(k => k.Listen(own));
    }

    // Before everything else that is served: what comes by the port of the metrics gets metrics or nothing.
    private sealed class First(SiloSettings settings) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            Use(app, settings);
            next(app);
        };
    }

    private static void Use(IApplicationBuilder app, SiloSettings settings)
    {
        app.Use(async (context, next) =>
        {
            if (settings.Metrics is { } own && context.Connection.LocalPort == own.Port && context.Request.Path != Path)
                await Results.Problem($"only {Path} is served here.", statusCode: StatusCodes.Status404NotFound).ExecuteAsync(context);
            else await next(context);
        });
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method)
            && (settings.Metrics is { } own && context.Connection.LocalPort == own.Port
                || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && context.Request.Host.Host is "127.0.0.1" or "localhost" or "[::1]")));
    }
}
