namespace Learngene.Vision.Federation;

/// <summary>What a client starts a round from: the download over its own layers over the common seed.</summary>
internal sealed class StartValues
{
    private StartValues(FederatedLayout layout, ReadOnlySpan<float> own)
    {
        Values = own[..layout.ModelCount].ToArray();
        IsGiven = new bool[layout.ModelLayers];
        Control = new float[layout.Count - layout.ModelCount];
    }

    /// <summary>The model's values (ModelCount).</summary>
    public float[] Values { get; }
    /// <summary>Which layers of the model are the server's.</summary>
    public bool[] IsGiven { get; }
    /// <summary>The server's control variate (ModelCount), or empty.</summary>
    public float[] Control { get; }

    /// <summary>Assembles them.</summary>
    /// <param name="task">The task.</param><param name="own">The client's model (ModelCount); null where it has none yet.</param>
    /// <param name="download">From the server; null where everything is the common seed.</param>
    /// <param name="plan">Layers that are the server's even where the download leaves them out, since they still are the common seed.</param>
    public static StartValues Of(FederatedTask task, float[]? own, ReadOnlyMemory<byte>? download, IReadOnlyList<int>? plan)
    {
        var layout = task.Layout;
        var seed = task.CommonSeed.Span;
        var start = new StartValues(layout, own ?? seed);
        foreach (int l in plan ?? [])
        {
            if (l >= layout.ModelLayers) continue;
            layout.Slice(seed, l).CopyTo(layout.Slice(start.Values.AsSpan(), l));
            start.IsGiven[l] = true;
        }
        // A null array becomes an empty memory, not a null one.
        if (download is not { IsEmpty: false } bytes) return start;
        var reader = PayloadReader.Open(bytes, layout);
        if (reader.Header.Kind != PayloadKind.Values) throw new PayloadException($"the download holds {reader.Header.Kind}; Values are expected.");
        if (!double.IsFinite(reader.Norm())) throw new PayloadException("the download has a value that is not finite.");
        foreach (int l in reader.Header.Layers)
        {
            var layer = layout.Layers[l];
            bool model = l < layout.ModelLayers;
            reader.Read(l, 0, model ? start.Values.AsSpan(layer.Offset, layer.Count) : start.Control.AsSpan(layer.Offset - layout.ModelCount, layer.Count));
            if (model) start.IsGiven[l] = true;
        }
        return start;
    }
}
