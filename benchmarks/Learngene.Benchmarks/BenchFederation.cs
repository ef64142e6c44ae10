using System.Buffers.Binary;
using Learngene.Clients;
using Learngene.Sdk.Clients;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;

namespace Learngene.Benchmarks;

/// <summary>What benchmarks of federations need: a little data set, and the task as a client reads it.</summary>
internal static class BenchFederation
{
    /// <summary>The task of a federation, as a client gets it.</summary>
    public static async Task<FederatedTask> TaskAsync(Uri http, string federation)
    {
        using var api = new FederationHttp(http, federation, "first");
        var terms = await api.TermsAsync();
        return new(FederationSettings.Parse(terms.Specification), Json.Parse<VitShape>(terms.Config, "config"), Json.Parse<Preprocess>(terms.Preprocess, "preprocess"));
    }

    /// <summary>Writes 20 and 10 random grey images of a size as IDX files.</summary>
    public static void WriteImages(string directory, int side)
    {
        foreach (var (split, count) in ((string, int)[])[("train", 20), ("t10k", 10)])
        {
            byte[] pixels = new byte[16 + count * side * side], labels = new byte[8 + count];
            foreach (var (at, value) in ((int, int)[])[(0, 2051), (4, count), (8, side), (12, side)]) BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(at), value);
            foreach (var (at, value) in ((int, int)[])[(0, 2049), (4, count)]) BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(at), value);
            new Random(1).NextBytes(pixels.AsSpan(16));
            for (int i = 0; i < count; i++) labels[8 + i] = (byte)(i % 10);
            File.WriteAllBytes(Path.Combine(directory, $"{split}-images-idx3-ubyte"), pixels);
            File.WriteAllBytes(Path.Combine(directory, $"{split}-labels-idx1-ubyte"), labels);
        }
    }
}

/// <summary>What all clients send in a round: the same bytes, made once, so that the clients' memory and time are not what is measured.</summary>
internal sealed class Uploads(FederatedTask task)
{
    private readonly float[] _values = [.. Enumerable.Range(0, task.Layout.Count).Select(i => 1e-3f * (i % 7))];
    private readonly Lock _gate = new();
    private (int Round, byte[] Bytes) _last;

    public byte[] Of(WorkOrder work)
    {
        lock (_gate)
        {
            if (_last.Round != work.Round)
                _last = (work.Round, Payload.Write(task.Layout, new()
                {
                    Kind = PayloadKind.Differences, Encoding = task.Settings.Encoding.Up!.Value, Round = work.Round, Samples = 1, Layers = work.Layers ?? task.Layout.All,
                }, _values, 1));
            return _last.Bytes;
        }
    }
}
