using System.Runtime.InteropServices;
using System.Text.Json;

namespace Learngene.Sdk.Tests.Edge;

/// <summary>The real <c>learngene-edge probe</c>, as a process.</summary>
public sealed partial class ProbeTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Interrupt = 2;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-probe-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact(Timeout = Limit)]
    public async Task A_machine_is_measured_and_the_error_of_the_fit_is_told()
    {
        var ran = await RunAsync("probe -o profile.json --seconds 3 --threads 1 --json");
        var profile = ran.Done();
        Assert.Equal(JsonSerializer.Serialize(profile), JsonSerializer.Serialize(JsonDocument.Parse(await File.ReadAllTextAsync(Profile)).RootElement));
        Assert.Equal((1, "fp32"), (profile.GetProperty("threads").GetInt32(), profile.GetProperty("precision").GetString()));
        var error = profile.GetProperty("error");
        Assert.InRange(error.GetProperty("median").GetDouble(), 0, 1);
        Assert.InRange(error.GetProperty("max").GetDouble(), error.GetProperty("median").GetDouble(), 10);
        Assert.True(error.GetProperty("sizes").GetInt32() >= 1);
        Assert.Contains(profile.GetProperty("coefficients").EnumerateObject(), c => c.Value.GetDouble() > 0);
        Assert.Contains("held out", ran.Error);
        Assert.Equal([Profile], Directory.GetFileSystemEntries(_directory));
    }

    [Theory(Timeout = Limit)]
    [InlineData("prob", "'prob'", "did you mean 'probe'")]
    [InlineData("--json", "'--json'", "did you mean")]
    [InlineData("probe", "needs -o", "profile")]
    [InlineData("probe -o", "-o", "argument")]
    [InlineData("probe -o p --thread 2", "'--thread'", "did you mean '--threads'")]
    [InlineData("probe -o p --threads 0", "--threads", "'0'")]
    [InlineData("probe -o p --threads two", "--threads", "'two'")]
    [InlineData("probe -o p --seconds 0", "1..600", "'0'")]
    [InlineData("probe -o p --precision fp16", "fp32, bf16", "'fp16'")]
    [InlineData("probe -o p x", "'x'", "probe --help")]
    [InlineData("probe -o gone/p", "gone/p", "does not exist")]
    [InlineData("probe -o .", "'.'", "directory")]
    public async Task Wrong_usage_is_refused_in_a_sentence(string line, string field, string allowed)
    {
        (await RunAsync(line)).Refused(2, field, allowed);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact(Timeout = Limit)]
    public async Task Without_arguments_the_usage_is_shown()
    {
        var ran = await RunAsync("");
        Assert.Equal((2, ""), (ran.Code, ran.Output));
        Assert.Contains("learngene-edge probe -o profile.json", ran.Error);
    }

    [Theory(Timeout = Limit), InlineData("--help"), InlineData("probe --help")]
    public async Task Help_ends_with_an_example(string line)
    {
        var ran = await RunAsync(line);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.EndsWith("learngene-edge probe -o profile.json", ran.Output.TrimEnd());
    }

    [Fact(Timeout = Limit)]
    public async Task Interrupted_it_leaves_no_file()
    {
        using var process = Programs.Start(Programs.Edge, ["probe", "-o", "profile.json", "--seconds", "60", "--threads", "1"], _directory);
        Assert.Contains("sizes", await process.StandardError.ReadLineAsync());
        Assert.Equal(0, Send(process.Id, Interrupt));
        var ran = await Programs.EndOfAsync(process);
        Assert.Equal((130, ""), (ran.Code, ran.Output));
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    private string Profile => Path.Combine(_directory, "profile.json");

    private Task<Ran> RunAsync(string line) => Programs.RunAsync(Programs.Edge, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), _directory);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
