using System.Diagnostics;
using System.Globalization;
using Learngene.Cluster.Tests.Network;
using Learngene.Cluster.Tests.Servers;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>A fault that was inflicted: what of its kinds, and seconds until all that was asked had been answered.</summary>
internal sealed record Hit(double Served, string How = "");

/// <summary>How each fault is inflicted, and what is set right again after it: as many silos as before.</summary>
/// <param name="cluster">Upon whom.</param><param name="storage">What it keeps its state on.</param>
internal sealed class Inflictions(SiloCluster cluster, StorageServer storage)
{
    private static readonly TimeSpan s_lasting = TimeSpan.FromSeconds(10), s_end = TimeSpan.FromSeconds(60);

    private int _parted;

    /// <summary>One fault, upon whom chance says.</summary>
    /// <param name="fault">Which.</param><param name="chance">Says upon whom.</param><param name="served">Asks for the work under way; ends when all is answered.</param>
    public Task<Hit> InflictAsync(Fault fault, Random chance, Func<Task> served)
    {
        var victim = cluster.Silos[chance.Next(cluster.Silos.Count)];
        return fault switch
        {
            Fault.Kill => WithoutAsync(victim, victim.KillAsync, served),
            Fault.Drain => WithoutAsync(victim, victim.TerminateAsync, served),
            Fault.Freeze => FreezeAsync(victim, served),
            Fault.KillAll => KillAllAsync(served),
            Fault.Partition => PartAsync(victim, served),
            Fault.Cut => CutAsync(chance, served),
            Fault.Bucket => LoseBucketAsync(chance, served),
            Fault.Disk => FillAsync(victim, served),
            _ => CrashAsync(served),
        };
    }

    private async Task<Hit> WithoutAsync(SiloProcess victim, Func<Task> end, Func<Task> served)
    {
        long began = Stopwatch.GetTimestamp();
        var ending = end();
        double seconds = await SecondsAsync(served, began);
        await ending;
        await ReplaceAsync(victim);
        return new(seconds);
    }

    private async Task<Hit> FreezeAsync(SiloProcess victim, Func<Task> served)
    {
        double seconds = await LastingAsync(() => Programs.Signal(victim.Process, Programs.Stop), () => Programs.Signal(victim.Process, Programs.Continue), served);
        await EndsAsync(victim);
        return new(seconds);
    }

    private async Task<Hit> PartAsync(SiloProcess victim, Func<Task> served)
    {
        var network = (LoopbackNetwork)cluster.Around;
        var from = ((Leads[])[Leads.ToSilo, Leads.ToStorage, Leads.ToSilo | Leads.ToGateway | Leads.ToStorage])[_parted++ % 3]; // in turn
        double seconds = await LastingAsync(() => network.Part(victim.Process.Id, from), network.Join, served);
        // Who could not be asked by the others was taken for dead; who only missed the storage is one of them still.
        if (from.HasFlag(Leads.ToSilo)) await EndsAsync(victim);
        else await cluster.ReadyAsync();
        return new(seconds, from.HasFlag(Leads.ToGateway) ? "everybody" : from.HasFlag(Leads.ToSilo) ? "silos" : "storage");
    }

    private async Task<Hit> CutAsync(Random chance, Func<Task> served)
    {
        var network = (LoopbackNetwork)cluster.Around;
        long began = Stopwatch.GetTimestamp();
        int cut = 0;
        for (int i = 0; i < 3; i++)
        {
            cut += network.Cut();
            await Task.Delay(chance.Next(1_000));
        }
        double seconds = await SecondsAsync(served, began);
        await cluster.ReadyAsync();
        return new(seconds, string.Create(CultureInfo.InvariantCulture, $"{cut} connections"));
    }

    private async Task<Hit> KillAllAsync(Func<Task> served)
    {
        int silos = cluster.Silos.Count;
        await Task.WhenAll(cluster.Silos.Select(s => s.KillAsync()));
        foreach (var silo in cluster.Silos) await silo.DisposeAsync();
        cluster.Silos.Clear();
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.AddAsync()));
        await cluster.ConnectAsync();
        return new(await SecondsAsync(served, began));
    }

    private async Task<Hit> CrashAsync(Func<Task> served)
    {
        await storage.CrashAsync();
        await cluster.NotReadyAsync();
        await storage.StartAsync();
        long began = Stopwatch.GetTimestamp();
        await cluster.ReadyAsync();
        return new(await SecondsAsync(served, began));
    }

    private async Task<Hit> LoseBucketAsync(Random chance, Func<Task> served)
    {
        var bucket = ((Bucket)cluster.Around).Server;
        var away = TimeSpan.FromMilliseconds(chance.Next(8_000));
        long began = Stopwatch.GetTimestamp();
        await bucket.KillAsync();
        double seconds = await SecondsAsync(served, began);
        if (away - Stopwatch.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero) await Task.Delay(rest);
        await bucket.RestartAsync();
        return new(seconds, string.Create(CultureInfo.InvariantCulture, $"away for {away.TotalSeconds:F1} s"));
    }

    private static async Task<Hit> FillAsync(SiloProcess victim, Func<Task> served)
    {
        string filler = "";
        return new(await LastingAsync(() => filler = Bucket.Fill(victim.Data), () => File.Delete(filler), served));
    }

    // Something that is so for ten seconds, and then no longer, whether or not anybody was served meanwhile.
    private static async Task<double> LastingAsync(Action begin, Action end, Func<Task> served)
    {
        long began = Stopwatch.GetTimestamp();
        begin();
        var serving = SecondsAsync(served, began);
        try
        {
            await Task.Delay(s_lasting);
        }
        finally
        {
            end();
        }
        return await serving;
    }

    // A silo that does not answer answers nobody, so the time ends when all that was asked was answered.
    private static async Task<double> SecondsAsync(Func<Task> served, long began)
    {
        await served();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    // Taken for dead, it ends by itself.
    private async Task EndsAsync(SiloProcess victim)
    {
        await victim.Process.WaitForExitAsync().WaitAsync(s_end);
        await ReplaceAsync(victim);
    }

    private async Task ReplaceAsync(SiloProcess gone)
    {
        cluster.Silos.Remove(gone);
        await gone.DisposeAsync();
        await cluster.AddAsync();
        await cluster.ConnectAsync();
    }
}
