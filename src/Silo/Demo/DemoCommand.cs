using System.CommandLine;
using Learngene.Sdk;
using Learngene.Silo.Hosting;
using Spectre.Console;

namespace Learngene.Silo.Demo;

/// <summary>demo: a silo in process, put through the main job on the shipped images.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Trains, learns, descends and compares on the shipped images. Example: demo --quick --json demo.json");
        var quick = new Option<bool>("--quick") { Description = "The same path on less data and fewer sizes, under 2 minutes." };
        var json = new Option<FileInfo?>("--json") { Description = "Write the results to this file." };
        var keep = new Option<bool>("--keep") { Description = "Stay up afterwards, so that the dashboard and the CLI can be tried." };
        var seed = new Option<ulong>("--seed") { Description = "Everything random comes from it. Default: 1", DefaultValueFactory = _ => 1 };
        var stage1 = new Option<string>("--stage1") { Description = "sampled (default) or paper: how the learngene is learned.", DefaultValueFactory = _ => "sampled" };
        stage1.AcceptOnlyFromAmong("sampled", "paper");
        var settings = SiloSettings.Options();
        foreach (var option in (Option[])[quick, json, keep, seed, stage1, .. settings]) command.Add(option);
        command.SetAction((parsed, token) =>
        {
            var plan = (parsed.GetValue(quick) ? DemoPlan.Quick : new DemoPlan()) with { Seed = parsed.GetValue(seed), Stage1 = parsed.GetValue(stage1)! };
            var read = SiloSettings.Read(parsed, settings, "appsettings.json");
            var usual = new SiloSettings();
            // A fresh directory and free ports, so that the demo runs beside whatever else does, unless told otherwise.
            if (read.DataDir == usual.DataDir) read = read with { DataDir = Path.Combine(Path.GetTempPath(), $"learngene-demo-{Guid.NewGuid():N}"[..24]) };
            if (!parsed.GetValue(keep))
                read = read with
                {
                    GatewayPort = read.GatewayPort == usual.GatewayPort ? 0 : read.GatewayPort, SiloPort = read.SiloPort == usual.SiloPort ? 0 : read.SiloPort,
                    HttpPort = read.HttpPort == usual.HttpPort ? 0 : read.HttpPort,
                };
            return RunAsync(plan, read, parsed.GetValue(json), parsed.GetValue(keep), token);
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoPlan plan, SiloSettings settings, FileInfo? json, bool keep, CancellationToken token)
    {
        if (json?.Directory is { Exists: false } missing) throw new StartupException($"--json: there is no directory {missing.FullName}.");
        await using var silo = await SiloHost.StartAsync(settings, quiet: true, token);
        string output = Path.Combine(silo.Directory, "demo");
        Directory.CreateDirectory(output);
        var console = AnsiConsole.Console;
        Console.WriteLine($"Silo at {silo.Gateway}, dashboard at {silo.Http}/dashboard, data in {silo.Directory}");
        await using var client = await LearngeneClient.ConnectAsync(silo.Gateway, token);
        var run = new DemoRun(client, plan, Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist"), output, new DemoProgress(console, TimeProvider.System));
        var result = await run.RunAsync(TimeProvider.System, token);
        DemoReport.Print(console, result, output);
        DemoReport.Plot(result, Path.Combine(output, "accuracy.png"));
        if (json is not null) DemoReport.Save(result, json.FullName);
        if (!keep)
        {
            Console.WriteLine($"Next: start a silo on this data with 'dotnet run -c Release --project src/Silo -- --data-dir {silo.Directory}'");
            Console.WriteLine("and ask it for another size: 'dotnet run -c Release --project src/Cli -- descend demo/lets --width 80 --depth 6 -o small.safetensors'");
            return 0;
        }
        Console.WriteLine($"The silo stays up; try 'dotnet run -c Release --project src/Cli -- --cluster {silo.Gateway} list', end with Ctrl-C.");
        await silo.WaitAsync(token);
        return 0;
    }
}
