namespace Learngene.Cluster.Tests.Servers;

/// <summary>What a cluster's silos are started in. This one: nothing that stands between them, free ports.</summary>
internal class Surroundings : IAsyncDisposable
{
    /// <summary>The storage's connection as silos are told it.</summary>
    public virtual string Connection(string connection) => connection;

    /// <summary>What one more silo is told.</summary>
    /// <param name="directory">Its data directory, which is not there yet.</param>
    public virtual string[] Arguments(string directory) => ["--gateway-port", "0", "--silo-port", "0", "--http-port", "0"];

    /// <summary>After the silos have ended.</summary>
    public virtual ValueTask DisposeAsync() => default;
}
