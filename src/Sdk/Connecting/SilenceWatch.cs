using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Learngene.Sdk.Connecting;

/// <summary>
/// Knows since when each connection to a gateway has been silent. A silo that hangs keeps its connections, and whatever is sent to it waits: once a
/// call has timed out, connections that were silent all that time are closed, and other gateways are used.
/// </summary>
/// <param name="time">Tells how long.</param>
internal sealed class SilenceWatch(TimeProvider time) : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan s_tooLong = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Watched, bool> _connections = [];

    /// <summary>Watches the connections that are made.</summary>
    public void Watch(IConnectionBuilder connections) => connections.Use(next => async context =>
    {
        var plain = context.Transport;
        var watched = new Watched(context, plain, time);
        _connections[watched] = true;
        context.Transport = watched;
        try
        {
            await next(context);
        }
        finally
        {
            context.Transport = plain;
            _connections.TryRemove(watched, out _);
        }
    });

    /// <summary>Makes a call; when it has timed out, closes the connections that have been silent.</summary>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (TimeoutException)
        {
            foreach (var connection in _connections.Keys)
                if (time.GetElapsedTime(connection.Heard) >= s_tooLong) connection.Context.Abort(new ConnectionAbortedException($"the silo has said nothing for {s_tooLong.TotalSeconds} s."));
            throw;
        }
    }

    private sealed class Watched(ConnectionContext context, IDuplexPipe plain, TimeProvider time) : IDuplexPipe
    {
        private readonly HeardReader _input = new(plain.Input, time);

        public ConnectionContext Context => context;
        public long Heard => _input.Heard;
        public PipeReader Input => _input;
        public PipeWriter Output => plain.Output;
    }

    // Notes when something was read last.
    private sealed class HeardReader(PipeReader inner, TimeProvider time) : PipeReader
    {
        private long _heard = time.GetTimestamp();

        public long Heard => Interlocked.Read(ref _heard);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Note(await inner.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result)
        {
            bool read = inner.TryRead(out result);
            if (read) Note(result);
            return read;
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Note(ReadResult result)
        {
            Interlocked.Exchange(ref _heard, time.GetTimestamp());
            return result;
        }
    }
}
