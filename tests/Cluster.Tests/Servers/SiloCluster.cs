using Learngene.Sdk;
using Learngene.Sdk.Connecting;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>Several silos on one storage and one shared directory.</summary>
internal sealed class SiloCluster(string clustering, string connection, CertificateAuthority? authority = null, params string[] more) : IAsyncDisposable
{
    public static string Images { get; } = Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist");
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-cluster-").FullName;
    private readonly string _name = $"c{Guid.NewGuid():N}";
    private int _started;

    /// <summary>What they are started in.</summary>
    public Surroundings Around { get; init; } = new();

    public List<SiloProcess> Silos { get; } = [];
    public LearngeneClient Client { get; private set; } = null!;
    public string Gateways => string.Join(',', Silos.Select(s => s.Gateway));
    public string Shared => Path.Combine(_directory, "shared");

    private Dictionary<string, string> Environment => new()
    {
        ["LEARNGENE_CONNECTION"] = Around.Connection(connection), ["DOTNET_ENVIRONMENT"] = authority is null ? "Development" : "Production",
    };

    /// <summary>Migrates the database and starts so many silos.</summary>
    public async Task StartAsync(int silos)
    {
        var migrated = await SiloProcess.RunAsync(Environment, "migrate", "--clustering", clustering);
        Assert.True(migrated.Code == 0, migrated.Text);
        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => AddAsync()));
        await ConnectAsync();
    }

    /// <summary>One more silo, with settings of its own.</summary>
    public async Task<SiloProcess> AddAsync(params string[] own)
    {
        string[] tls = authority is null ? [] : [
            "--cluster-certificate", authority.Silo.Certificate, "--cluster-key", authority.Silo.Key, "--cluster-ca", authority.File,
            "--http-certificate", authority.Http.Certificate, "--http-key", authority.Http.Key];
        string data = Path.Combine(_directory, $"silo-{Interlocked.Increment(ref _started)}");
        var silo = await SiloProcess.StartAsync(Environment, [
            "serve", "--clustering", clustering, "--cluster-id", _name, "--service-id", _name, "--shared-dir", Shared, "--data-dir", data, .. Around.Arguments(data), "--threads", "1", "--hosted-slots", "1", "--checkpoint-seconds", "0.5", .. tls, .. more, .. own]);
        lock (Silos) Silos.Add(silo);
        return silo;
    }

    /// <summary>Connects anew, to the silos that there are.</summary>
    public async Task ConnectAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        Client = await LearngeneClient.ConnectAsync(Connection());
    }

    /// <summary>Waits until all silos say that they can work.</summary>
    public Task ReadyAsync() => Programs.UntilAsync(async () => (await AskAsync()).All(r => r), "readiness");

    /// <summary>Waits until all silos say that they cannot.</summary>
    public Task NotReadyAsync() => Programs.UntilAsync(async () => (await AskAsync()).All(r => !r), "being not ready");

    private async Task<bool[]> AskAsync()
    {
        using var http = new HttpClient();
        return await Task.WhenAll(Silos.Select(async s =>
        {
            using var answer = await http.GetAsync($"{s.Http}/health/ready");
            return answer.IsSuccessStatusCode;
        }));
    }

    /// <summary>How clients reach it.</summary>
    public ClusterConnection Connection() => authority is null
        ? new() { Cluster = Gateways, ClusterId = _name }
        : new() { Cluster = Gateways, ClusterId = _name, Certificate = authority.Client.Certificate, Key = authority.Client.Key, Authorities = authority.File };

    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        foreach (var silo in Silos) await silo.DisposeAsync();
        await Around.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
