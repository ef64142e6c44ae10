namespace Learngene.Vision.Federation;

public sealed partial class FederatedClient
{
    /// <summary>A known client when the rounds are over.</summary>
    /// <param name="initialisation">What <see cref="FederationModel.Initialisation"/> gave.</param><param name="state">Its last; null if it was never asked.</param>
    /// <param name="seed">Order of the images while tuning.</param><param name="breathe">Called between steps.</param>
    /// <exception cref="PayloadException">The download cannot be used.</exception>
    /// <exception cref="InvalidDataException">The state cannot be used.</exception>
    public KnownAccuracy EvaluateKnown(ReadOnlyMemory<byte>? initialisation, ReadOnlyMemory<byte>? state, ulong seed, Action? breathe = null)
    {
        var kept = ClientState.Parse(state, _task.Layout);
        // A method without layers of a client's own leaves the client none to start from.
        var start = StartValues.Of(_task, _task.Method.KeepsModel ? kept.Model : null, initialisation, plan: null);
        double? asLeft = kept.Model is null ? null : AccuracyAfter([0], kept.Model, seed, breathe)[0];
        var after = AccuracyAfter([0, .. _task.Settings.Evaluation.FineTuneEpochs], start.Values, seed, breathe);
        return new(_test.Value.Count, asLeft ?? after[0], after[0], [.. after.Skip(1)]);
    }

    /// <summary>A late client: initialised, then trained locally.</summary>
    /// <param name="initialisation">What <see cref="FederationModel.Initialisation"/> gave; null is a client that learns alone.</param>
    /// <param name="seed">Order of the images, and its fresh layers where the settings say so.</param><param name="breathe">Called between steps.</param>
    /// <exception cref="PayloadException">The download cannot be used.</exception>
    public LateAccuracy EvaluateLate(ReadOnlyMemory<byte>? initialisation, ulong seed, Action? breathe = null)
    {
        float[]? own = _task.Settings is { Method: FederatedMethod.GeneFl, GeneFl.Newcomer: NewcomerRule.Random }
            ? CommonSeed.Draw(_task.Layout, _task.Settings.Model.Init, seed)
            : null;
        var start = StartValues.Of(_task, own, initialisation, plan: null);
        return new(_test.Value.Count, AccuracyAfter(_task.Settings.Evaluation.LateEpochs, start.Values, seed, breathe));
    }

    // Accuracies after so many epochs of plain local training, ascending.
    private double[] AccuracyAfter(IReadOnlyList<int> epochs, ReadOnlySpan<float> values, ulong seed, Action? breathe)
    {
        var settings = _task.Settings;
        using var threads = new TorchThreads(Threads);
        using var model = new LocalModel(_task, values);
        var run = new LocalRun(model, _train.Value, settings, settings.Evaluation.FineTuneLr!.Value, settings.Momentum) { Breathe = breathe };
        var accuracies = new double[epochs.Count];
        for (int i = 0, epoch = 0; i < accuracies.Length; i++)
        {
            for (; epoch < epochs[i]; epoch++)
                run.Epoch(LocalTraining.Shuffled(_train.Value.Count, Seeds.Derive(seed, Purpose.Evaluation, (ulong)epoch)));
            accuracies[i] = model.Accuracy(_test.Value);
        }
        return accuracies;
    }
}
