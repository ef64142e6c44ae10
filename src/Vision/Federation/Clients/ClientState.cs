namespace Learngene.Vision.Federation;

/// <summary>What a client keeps between its rounds: its model, its control variate, what its encoding lost. Equal states have equal bytes.</summary>
internal sealed class ClientState
{
    /// <summary>The model as its last training left it (ModelCount), or null.</summary>
    public float[]? Model { get; set; }
    /// <summary>Its control variate (ModelCount), or null.</summary>
    public float[]? Control { get; set; }
    /// <summary>What was not sent yet (Count), or null.</summary>
    public float[]? Residual { get; set; }

    public static ClientState Parse(ReadOnlyMemory<byte>? bytes, FederatedLayout layout)
    {
        var state = new ClientState();
        // A null array becomes an empty memory, not a null one.
        if (bytes is not { IsEmpty: false } given) return state;
        using var stream = new MemoryStream(given.ToArray(), writable: false);
        var reader = new SnapshotReader(stream, "LGC1", layout.Fingerprint);
        int parts = reader.Read("parts", 0, 7);
        state.Model = Read(1, layout.ModelCount);
        state.Control = Read(2, layout.ModelCount);
        state.Residual = Read(4, layout.Count);
        reader.Complete();
        return state;

        float[]? Read(int part, int count)
        {
            if ((parts & part) == 0) return null;
            var values = new float[count];
            reader.Fill<float>(values);
            return values;
        }
    }

    /// <summary>The state as bytes; null where there is nothing.</summary>
    public byte[]? ToBytes(FederatedLayout layout)
    {
        int parts = (Model is null ? 0 : 1) | (Control is null ? 0 : 2) | (Residual is null ? 0 : 4);
        if (parts == 0) return null;
        using var stream = new MemoryStream(32 + 4 * ((Model?.Length ?? 0) + (Control?.Length ?? 0) + (Residual?.Length ?? 0)));
        using (var writer = new SnapshotWriter(stream, "LGC1", layout.Fingerprint))
        {
            writer.Write(parts);
            foreach (var values in (float[]?[])[Model, Control, Residual])
                if (values is not null) writer.Write<float>(values);
        }
        return stream.GetBuffer() is var buffer && buffer.Length == stream.Length ? buffer : stream.ToArray();
    }
}
