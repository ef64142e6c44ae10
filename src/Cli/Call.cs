using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Sdk.Connecting;

namespace Learngene.Cli;

/// <summary>One use of a command: its arguments, its cluster, and where its answer goes.</summary>
internal sealed class Call(ParseResult parsed, CancellationToken token)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Terminal Terminal => (Terminal)parsed.InvocationConfiguration;

    public CancellationToken Token => token;

    public bool Json => parsed.GetValue(GlobalFlags.Json);

    public bool Quiet => parsed.GetValue(GlobalFlags.Quiet);

    public string Cluster => parsed.GetRequiredValue(GlobalFlags.Cluster);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    public async Task<LearngeneClient> ConnectAsync()
    {
        try
        {
            return await LearngeneClient.ConnectAsync(new ClusterConnection
            {
                Cluster = Cluster, ClusterId = Get(GlobalFlags.ClusterId) ?? new ClusterConnection().ClusterId,
                Certificate = Get(GlobalFlags.Certificate), Key = Get(GlobalFlags.Key), Authorities = Get(GlobalFlags.Authorities),
            }, token);
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Answers: the document for programs, or what people read.</summary>
    public void Answer(JsonNode document, Action<TextWriter> people)
    {
        if (Json) Terminal.Output.WriteLine(document.ToJsonString(s_json));
        else people(Terminal.Output);
    }

    /// <summary>Awaits work that is usually short; where it is not, says now and then that it goes on.</summary>
    public async Task<T> PatientlyAsync<T>(string what, Task<T> work)
    {
        long start = Terminal.Time.GetTimestamp();
        for (var pause = TimeSpan.FromSeconds(2); await Task.WhenAny(work, Task.Delay(pause, Terminal.Time)) != work; pause = TimeSpan.FromSeconds(5))
            Note(FormattableString.Invariant($"{what} ({Terminal.Time.GetElapsedTime(start).TotalSeconds:F0} s)"));
        return await work;
    }

    /// <summary>Says something beside the answer, unless asked to be quiet.</summary>
    public void Note(string line)
    {
        if (!Quiet) Terminal.Error.WriteLine(line);
    }
}
