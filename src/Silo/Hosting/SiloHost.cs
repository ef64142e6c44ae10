using System.Net;
using Learngene.Grains;
using Learngene.Silo.Http;
using Learngene.Silo.Storage;
using Learngene.Silo.Telemetry;
using Learngene.Silo.Weights;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orleans.Dashboard;

namespace Learngene.Silo.Hosting;

/// <summary>A running silo: Orleans, HTTP and the data directory.</summary>
internal sealed class SiloHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataDirectory _directory;

    private SiloHost(WebApplication app, DataDirectory directory, string gateway, string http) =>
        (_app, _directory, Gateway, Http) = (app, directory, gateway, http);

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
            string connection = settings.Clustered ? settings.ReadConnection() : "";
            var listen = IPAddress.Parse(settings.ListenAddress);
            int[] ports = Clustering.FreePorts((listen, settings.GatewayPort, "gateway-port"), (listen, settings.SiloPort, "silo-port"), (IPAddress.Parse(settings.HttpAddress), settings.HttpPort, "http-port"));
            var (gatewayPort, siloPort, httpPort) = (ports[0], ports[1], ports[2]);
            var options = new LearngeneOptions
            {
                WeightsDirectory = directory.Weights(settings.SharedDir), Threads = settings.Threads, CheckpointInterval = TimeSpan.FromSeconds(settings.CheckpointSeconds),
                LargestUpload = settings.MaxUploadBytes, WeightGrace = TimeSpan.FromHours(settings.WeightGraceHours), TicketKey = directory.TicketKey(),
                FederationsDirectory = directory.Federations(settings.SharedDir), Clustered = settings.Clustered, Authorities = settings.ClusterCa, HostedSlots = settings.HostedSlots,
                DevicePool = settings.DevicePool, DeviceMemory = settings.DeviceMemory,
                HttpAddress = HttpDoor.Address(settings, httpPort),
            };
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            settings.RequireFitForServing(builder.Environment.EnvironmentName);
            builder.Logging.ClearProviders().SetMinimumLevel(quiet ? LogLevel.Error : LogLevel.Warning)
                .AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss ")).AddFilter("Orleans.Runtime.Silo", LogLevel.Error)
                .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error).AddFilter("Learngene", quiet ? LogLevel.Error : LogLevel.Information);
            builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.AddHttpDoor(settings, httpPort);
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
            builder.Services.AddWeights(settings, directory);
            builder.Services.AddMetricsDoor(settings);
            builder.Host.UseOrleans(silo =>
            {
                silo.AddClustering(settings, connection, siloPort, gatewayPort);
                silo.AddClusterDoor(settings);
                silo.AddGrainState(settings, connection, directory.StateFile);
                silo.AddLearngene(options);
                silo.AddDashboard();
            });
            var app = builder.Build();
            app.UseHttpDoor(settings);
            app.MapDashboard();
            await GrainStorage.RequireAsync(settings, connection, app.Logger, token);
            await app.Services.GetRequiredService<WeightPlaces>().CheckAsync(token);
            await app.StartAsync(token);
            string http = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new(app, directory, new IPEndPoint(settings.Advertised, gatewayPort).ToString(), http);
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
