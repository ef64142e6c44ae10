using Learngene.Grains;
using Learngene.Silo.Http;
using Learngene.Silo.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orleans.Dashboard;
using Orleans.Providers;

namespace Learngene.Silo.Hosting;

/// <summary>A running embedded silo: Orleans, HTTP and the data directory.</summary>
internal sealed class SiloHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataDirectory _directory;

    private SiloHost(WebApplication app, DataDirectory directory, int gatewayPort, string http) =>
        (_app, _directory, Gateway, Http) = (app, directory, $"127.0.0.1:{gatewayPort}", http);

    /// <summary>HOST:PORT for the CLI and the SDK.</summary>
    public string Gateway { get; }
    /// <summary>Where HTTP is.</summary>
    public string Http { get; }
    /// <summary>The grains, from inside the process.</summary>
    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();
    /// <summary>What runs beside the grains.</summary>
    public IServiceProvider Services => _app.Services;
    /// <summary>The data directory.</summary>
    public string Directory => _directory.Path;

    /// <summary>Starts a silo; unfinished jobs go on.</summary>
    /// <exception cref="StartupException">The settings cannot be used.</exception>
    public static async Task<SiloHost> StartAsync(SiloSettings settings, bool quiet, CancellationToken token)
    {
        ThreadPool.SetMinThreads(16, 4);
        var directory = new DataDirectory(settings.DataDir);
        try
        {
            int[] ports = Clustering.FreePorts((settings.GatewayPort, "gateway-port"), (settings.SiloPort, "silo-port"), (settings.HttpPort, "http-port"));
            var (gatewayPort, siloPort, httpPort) = (ports[0], ports[1], ports[2]);
            var options = new LearngeneOptions
            {
                WeightsDirectory = directory.Weights, Threads = settings.Threads, CheckpointInterval = TimeSpan.FromSeconds(settings.CheckpointSeconds),
                LargestUpload = settings.MaxUploadBytes, WeightGrace = TimeSpan.FromHours(settings.WeightGraceHours), TicketKey = directory.TicketKey(),
                FederationsDirectory = directory.Federations, HostedSlots = settings.HostedSlots,
                HttpAddress = HttpDoor.Address(settings, httpPort),
            };
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            builder.Logging.ClearProviders().SetMinimumLevel(quiet ? LogLevel.Error : LogLevel.Warning)
                .AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss ")).AddFilter("Orleans.Runtime.Silo", LogLevel.Error)
                .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error).AddFilter("Learngene", quiet ? LogLevel.Error : LogLevel.Information);
            builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.AddHttpDoor(settings, httpPort);
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
            builder.Services.AddHostedService<WeightSweeper>();
            builder.Host.UseOrleans(silo =>
            {
                silo.AddEmbeddedClustering(siloPort, gatewayPort);
                silo.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, o => o.Path = directory.StateFile);
                silo.AddLearngene(options);
                silo.AddDashboard();
            });
            var app = builder.Build();
            app.UseHttpDoor(settings);
            app.MapOrleansDashboard("/dashboard");
            app.MapGet("/", () => Results.Redirect("/dashboard"));
            await app.StartAsync(token);
            string http = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new(app, directory, gatewayPort, http);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the process is asked to end.</summary>
    public Task WaitAsync(CancellationToken token) => _app.WaitForShutdownAsync(token);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Dispose();
    }
}
