using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Sdk.Jobs;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests;

/// <summary>A real embedded silo in this process, on a directory of its own and free ports, with the shipped images known as "fashion".</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    internal SiloHost Silo { get; private set; } = null!;
    public IGrainFactory Grains => Silo.Grains;
    public LearngeneClient Client { get; private set; } = null!;
    public string Directory { get; } = Path.Combine(Path.GetTempPath(), $"learngene-test-{Guid.NewGuid():N}");
    public static string Images { get; } = Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist");

    public async Task InitializeAsync()
    {
        await StartAsync();
        await Client.Data.AddAsync("fashion", Images);
    }

    public async Task StartAsync()
    {
        var settings = new SiloSettings { DataDir = Directory, GatewayPort = 0, SiloPort = 0, HttpPort = 0, CheckpointSeconds = 0.1, Threads = 1 };
        Silo = await SiloHost.StartAsync(settings, quiet: true, default);
        Client = await LearngeneClient.ConnectAsync(Silo.Gateway);
    }

    public async Task StopAsync()
    {
        await Client.DisposeAsync();
        await Silo.DisposeAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>Options of a training that takes a second or two.</summary>
    public static TrainingOptions Small(int epochs = 1, ulong seed = 1, params (string Key, JsonNode Value)[] more)
    {
        var config = new JsonObject { ["images"] = 512, ["testImages"] = 200, ["batch"] = 32 };
        foreach (var (key, value) in more) config[key] = value;
        return new() { Epochs = epochs, Seed = seed, Config = config };
    }
}

/// <summary>Tests that share one silo.</summary>
[CollectionDefinition(Name)]
public sealed class OneSilo : ICollectionFixture<SiloFixture>
{
    public const string Name = "one silo";
}
