using System.Diagnostics;
using System.Globalization;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>A real S3 server (s3rver, from npm) in a process of its own, on loopback and a free port, that can be killed and started again.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "weights", Key = "S3RVER";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("learngene-s3-");
    private Process _process = null!;
    private int _port;

    public string Endpoint => $"http://127.0.0.1:{_port}";

    /// <summary>A file of credentials, as an operator gives the silo.</summary>
    public string Credentials => Path.Combine(_directory.FullName, "credentials");

    /// <summary>What a silo is started with to use it.</summary>
    public string[] Arguments(string prefix, params string[] more) =>
        ["--weights", $"s3://{Bucket}/{prefix}", "--s3-endpoint", Endpoint, "--s3-path-style", "true", "--s3-credentials", Credentials, .. more];

    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server();
        File.WriteAllText(server.Credentials, $"[default]\naws_access_key_id = {Key}\naws_secret_access_key = {Key}\n");
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it on the port that it had.</summary>
    public async Task RestartAsync()
    {
        RemoveHalves();
        // s3rver pages its lists with a cipher that OpenSSL 3 calls legacy.
        var start = new ProcessStartInfo("node", ["--openssl-legacy-provider", S3FactAttribute.Program, "-d", Path.Combine(_directory.FullName, "data"), "-a", "127.0.0.1",
            "-p", _port.ToString(CultureInfo.InvariantCulture), "-s", "--no-vhost-buckets", "--configure-bucket", Bucket]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _ = _process.StandardError.ReadToEndAsync();
        string? line;
        do line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the S3 server ended before it listened.");
        while (!line.StartsWith("S3rver listening", StringComparison.Ordinal));
        _port = int.Parse(line.Split(':')[^1], CultureInfo.InvariantCulture);
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Sends it a signal, such as STOP.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The files in which it keeps objects under a prefix.</summary>
    public IEnumerable<FileInfo> Objects(string prefix = "")
    {
        var root = new DirectoryInfo(Path.Combine(_directory.FullName, "data", Bucket, prefix));
        return root.Exists ? root.EnumerateFiles("*_object", SearchOption.AllDirectories) : [];
    }

    /// <summary>Parts of uploads that are not complete.</summary>
    public int Parts => Directory.Exists(Path.Combine(_directory.FullName, "data", Bucket))
        ? Directory.EnumerateFiles(Path.Combine(_directory.FullName, "data", Bucket), "*.md5", SearchOption.AllDirectories).Count(f => f.Contains("_uploads", StringComparison.Ordinal)) : 0;

    // Killed in the middle of a write, s3rver leaves an object whose description is not whole, and then fails over it for ever. A store that writes
    // atomically, as S3 does, never shows one.
    private void RemoveHalves()
    {
        foreach (var file in Objects().ToList())
        {
            var description = new FileInfo(file.FullName[..^"object".Length] + "metadata.json");
            if (description.Exists && File.ReadAllText(description.FullName).TrimEnd().EndsWith('}')) continue;
            foreach (string half in Directory.GetFiles(file.DirectoryName!, file.Name[..^"object".Length] + "*")) File.Delete(half);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _directory.Delete(recursive: true);
    }
}
