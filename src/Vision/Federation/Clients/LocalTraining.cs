using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>One client's training in one round, as a method sees it.</summary>
public sealed class LocalTraining
{
    private readonly LocalModel _model;
    private readonly LocalImages _images;
    private readonly StartValues _start;

    internal LocalTraining(FederatedTask task, RoundWork work, LocalModel model, LocalImages images, StartValues start, float[] control)
    {
        (Task, Work, _model, _images, _start, Control) = (task, work, model, images, start, control);
        Steps = task.Settings.LocalEpochs * ((images.Count + task.Settings.Batch - 1) / task.Settings.Batch);
        LearningRate = task.Settings.LrOf(work.Round);
    }

    /// <summary>The federation's task.</summary>
    public FederatedTask Task { get; }
    /// <summary>What is asked.</summary>
    public RoundWork Work { get; }
    /// <summary>Steps in all.</summary>
    public int Steps { get; }
    /// <summary>Learning rate of a step.</summary>
    public double LearningRate { get; }
    /// <summary>The model's values, now (ModelCount).</summary>
    public ReadOnlySpan<float> Values => _model.Values;
    /// <summary>The model's values at the start of the round (ModelCount): what the server gave, and the client's own layers.</summary>
    public ReadOnlySpan<float> Given => _start.Values;
    /// <summary>Whether a layer's values came from the server, or would have if they had left the common seed.</summary>
    public bool IsGiven(int layer) => _start.IsGiven[layer];
    /// <summary>The server's control variate (ModelCount); empty without scaffold.</summary>
    public ReadOnlySpan<float> GivenControl => _start.Control;
    /// <summary>The client's control variate (ModelCount), kept for its next round; empty without scaffold.</summary>
    public float[] Control { get; }

    /// <summary>The client's images in a seeded order.</summary>
    /// <param name="purpose">What for.</param><param name="epoch">Which of several.</param>
    internal int[] Order(ulong purpose, int epoch) => Shuffled(_images.Count, Seeds.Derive(Work.Seed, purpose, (ulong)epoch));

    /// <summary>The gradient of the mean loss of some images at the values now.</summary>
    /// <param name="images">Numbers of the client's images.</param><param name="gradient">Where to (ModelCount).</param>
    public void Gradient(ReadOnlySpan<int> images, Span<float> gradient)
    {
        _model.Gradients.Clear();
        _model.Backward(_images, images);
        _model.Gradients.CopyTo(gradient);
        _model.Gradients.Clear();
    }

    /// <summary>Adds the squared gradients of each image's own loss at the values now (ModelCount).</summary>
    internal void AddSquaredGradients(ReadOnlySpan<int> images, Span<float> squares)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var (pixels, labels) = _images.Take(images);
        PerImageGradients.AddSquares(Task.Layout, _model.Values, pixels, labels, squares);
    }

    internal static int[] Shuffled(int count, ulong seed)
    {
        var draws = new Draws(seed, DrawPurpose.Order, 0, 0);
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = draws.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
