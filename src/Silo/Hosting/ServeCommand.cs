using System.CommandLine;

namespace Learngene.Silo.Hosting;

/// <summary>serve: an embedded silo until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Runs a silo (the default). Example: serve --data-dir /var/lib/learngene --http-port 0");
        Add(command);
        return command;
    }

    /// <summary>Lets the process without a command do the same.</summary>
    public static void MakeDefault(RootCommand root) => Add(root);

    private static void Add(Command command)
    {
        var options = SiloSettings.Options();
        foreach (var option in options) command.Add(option);
        command.SetAction((parsed, token) => RunAsync(SiloSettings.Read(parsed, options, "appsettings.json"), token));
    }

    private static async Task<int> RunAsync(SiloSettings settings, CancellationToken token)
    {
        await using var silo = await SiloHost.StartAsync(settings, quiet: false, token);
        Console.WriteLine($"Learngene silo ready: gateway {silo.Gateway} http {silo.Http} dashboard {silo.Http}/dashboard data {silo.Directory}");
        await silo.WaitAsync(token);
        return 0;
    }
}
