using System.CommandLine;
using Learngene.Vision;

namespace Learngene.Edge.Join;

/// <summary><c>learngene-edge join</c>: takes part in a federation beside private images, which stay here.</summary>
internal static class JoinCommand
{
    public const string Example = "learngene-edge join hospitals/fed --server https://learngene.example:8080 --data images --name st-mary --token-file token";

    private static readonly Argument<string> s_federation = new("FEDERATION") { Description = "The federation's name." };
    private static readonly Option<string> s_server = Needed("--server", "URL[,URL...]", "Address of a silo's HTTP side, such as http://127.0.0.1:8080; of several, with commas between, the next is asked when one does not answer.");
    private static readonly Option<string> s_data = Needed("--data", "DIR", "The images: IDX files, CIFAR's, or a folder for each class.");
    private static readonly Option<string> s_name = Needed("--name", "N", "This client's name in the federation; the same each time.");
    private static readonly Option<string?> s_token = new("--token-file") { Description = "A file with the token, where the silo wants one.", HelpName = "FILE" };
    private static readonly Option<string?> s_state = new("--state-dir") { Description = "What is kept between runs (default .learngene-edge/FEDERATION/N).", HelpName = "DIR" };
    private static readonly Option<int> s_rounds = new("--rounds") { Description = "Leave after so many contributions (default: when the federation ends).", HelpName = "N", DefaultValueFactory = _ => 0 };
    private static readonly Option<int?> s_size = new("--image-size") { Description = "Bring the images of a folder to this side, pixels (default: the federation's).", HelpName = "N" };
    private static readonly Option<int> s_threads = new("--threads") { Description = "Threads to train with (default 1).", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> s_json = new("--json") { Description = "At the end one JSON document on standard output, and nothing else there." };
    private static readonly Option<bool> s_quiet = new("--quiet") { Description = "No progress." };

    public static Command Create()
    {
        Command command = new("join", "Takes part in a federation beside private images: downloads, trains, contributes; the images stay here.")
        {
            s_federation, s_server, s_data, s_name, s_token, s_state, s_rounds, s_size, s_threads, s_json, s_quiet,
        };
        command.SetAction((parsed, token) => Exit.OfAsync(() => RunAsync(parsed, token), parsed.InvocationConfiguration.Error, token));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken token)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var settings = Settings(parsed);
        Action<string> note = parsed.GetValue(s_quiet) ? _ => { } : error.WriteLine;
        using var client = new EdgeClient(settings, note, TimeProvider.System);
        var result = await client.RunAsync(token);
        output.WriteLine(parsed.GetValue(s_json) ? result.ToJson() : result.Sentence());
    }

    private static JoinSettings Settings(ParseResult parsed)
    {
        string server = parsed.GetRequiredValue(s_server), name = parsed.GetRequiredValue(s_name), federation = parsed.GetRequiredValue(s_federation);
        var servers = server.Split(',', StringSplitOptions.TrimEntries).Select(Address).ToList();
        if (name.Length is 0 or > 100 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) || name[0] is '.' or '-')
            throw new InvalidInputException($"--name '{name}' is not allowed: letters, digits, '.', '_' and '-', 100 characters at most.");
        if (parsed.GetValue(s_rounds) < 0) throw new InvalidInputException($"--rounds {parsed.GetValue(s_rounds)} is negative; 0 stays to the end.");
        if (parsed.GetValue(s_threads) is < 1 or > 1024) throw new InvalidInputException($"--threads {parsed.GetValue(s_threads)} is outside 1..1024.");
        string? bearer = null;
        if (parsed.GetValue(s_token) is { } file)
            bearer = File.Exists(file) ? File.ReadAllText(file).Trim() : throw new InvalidInputException($"--token-file '{file}' is not there.");
        string data = parsed.GetRequiredValue(s_data);
        if (!Directory.Exists(data)) throw new InvalidInputException($"--data '{data}' is no directory; the one that holds the images is expected.");
        string state = parsed.GetValue(s_state) ?? Path.Combine(".learngene-edge", federation.Replace('/', '_'), name);
        return new(servers, federation, name, data, bearer, Path.GetFullPath(state), parsed.GetValue(s_rounds), parsed.GetValue(s_size), parsed.GetValue(s_threads));
    }

    private static Uri Address(string server) => Uri.TryCreate(server, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
        ? address
        : throw new InvalidInputException($"--server '{server}' is not an address such as http://127.0.0.1:8080.");

    private static Option<string> Needed(string name, string what, string description) => new(name) { Description = description, HelpName = what, Required = true };
}

/// <summary>What a client that joins was told.</summary>
internal sealed record JoinSettings(IReadOnlyList<Uri> Servers, string Federation, string Name, string Data, string? Token, string StateDirectory, int Rounds, int? ImageSize, int Threads);
