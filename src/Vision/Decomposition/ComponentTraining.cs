using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// Learns components, in phases (METHODS 2.2) or all in one: each phase has its own warm-up, cosine and moments, but steps, epochs and
/// checkpoints are those of one run, which gives the same bits whether it was stopped and resumed or not.
/// </summary>
/// <param name="shape">The whole decomposition.</param>
/// <param name="parameters">
/// Its tensors (<see cref="DecompositionParameters"/>); trained in place, in phases copied in at each phase's end. Components of phases
/// to come must be zero for a phase to start where the last ended.
/// </param>
/// <param name="data">Images and labels.</param>
/// <param name="preprocess">Normalisation of the pixels.</param>
/// <param name="settings">Everything else, resolved.</param>
/// <param name="teacher">Distilled, if given.</param>
public sealed class ComponentTraining(
    DecompositionShape shape, ParameterSet parameters, DataSet data, Preprocess preprocess, DecompositionSettings settings, Teacher? teacher = null)
{
    private readonly int[] _counts = settings.Training == DecompositionTraining.Phases && settings.Components is { } counts ? [.. counts] : [shape.Components];

    /// <summary>Phases of the run; one unless components are trained in phases.</summary>
    public int Phases => _counts.Length;

    /// <summary>The training where it is one, without phases; null where it has some.</summary>
    public Trainer? InOne => settings.Training == DecompositionTraining.Phases
        ? null
        : new(new ComponentTrainable(shape, parameters, settings), data, preprocess, settings, teacher);

    /// <summary>Trains to the end.</summary>
    /// <param name="watcher">Looks on, cancels, keeps checkpoints; sees one run of all phases' steps.</param>
    /// <param name="checkpoint">Where to go on from; null starts at the beginning.</param>
    /// <param name="onPhase">
    /// Called at the end of each phase, the last among them, with its number (from 0), the shape that is complete by then, and all
    /// tensors, of which those of later components are zero. After a resume it may be called again for the phase resumed, with the same bits.
    /// </param>
    /// <returns>The epochs of all phases, numbered on.</returns>
    public IReadOnlyList<EpochResult> Run(
        ITrainingWatcher watcher, SafetensorsFile? checkpoint = null, Action<int, DecompositionShape, ParameterSet>? onPhase = null)
    {
        if (_counts[^1] != shape.Components)
            throw new InvalidInputException($"components end with {_counts[^1]}; the decomposition has {shape.Components}.");
        var state = checkpoint is null ? new() : TrainingState.Read(checkpoint);
        var before = state.Before;
        for (int phase = state.Phase; phase < Phases; phase++)
        {
            before = Train(phase, before, watcher, phase == state.Phase ? checkpoint : null);
            onPhase?.Invoke(phase, shape with { Components = _counts[phase] }, parameters);
        }
        return before;
    }

    private IReadOnlyList<EpochResult> Train(int phase, IReadOnlyList<EpochResult> before, ITrainingWatcher watcher, SafetensorsFile? checkpoint)
    {
        if (InOne is { } whole) return whole.Run(watcher, checkpoint);
        int frozen = phase == 0 ? 0 : _counts[phase - 1], count = _counts[phase];
        using var trained = new ParameterSet(DecompositionParameters.Specs(shape with { Components = count - frozen }), parameters.Values.device);
        Copy(trained, frozen, count, fromAll: true);
        // Trainer counts epochs on, so no phase repeats another's images; what is drawn by step is drawn anew by this seed.
        var drawn = settings with { Seed = Seeds.Derive(settings.Seed, 0xDEC1, (ulong)phase) };
        var model = new ComponentTrainable(shape with { Components = count }, trained, drawn, parameters, frozen);
        var trainer = new Trainer(model, data, preprocess, settings, teacher) { Start = new() { Phase = phase, Before = before } };
        var one = new PhaseWatcher(watcher, phase * trainer.Steps, Phases * trainer.Steps, before);
        var history = one.Continue(trainer.Run(one, checkpoint));
        Copy(trained, frozen, count, fromAll: false);
        return history;
    }

    // Between all tensors and those of a phase: what is outside the blocks, and the components from..to.
    private void Copy(ParameterSet trained, int from, int to, bool fromAll)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var spec in trained.Specs)
        {
            var all = DecompositionParameters.IsStacked(spec.Name) ? parameters[spec.Name].narrow(0, from, to - from) : parameters[spec.Name];
            if (fromAll) trained[spec.Name].copy_(all);
            else all.copy_(trained[spec.Name]);
        }
    }

    /// <summary>Shows the steps and epochs of one phase as those of the whole run.</summary>
    private sealed class PhaseWatcher(ITrainingWatcher inner, long stepsBefore, long steps, IReadOnlyList<EpochResult> before) : ITrainingWatcher
    {
        public string Owner => inner.Owner;

        public bool CheckpointDue => inner.CheckpointDue;

        public void Breathe() => inner.Breathe();

        public void OnStep(TrainingProgress progress) => inner.OnStep(
            progress with { Step = stepsBefore + progress.Step, Steps = steps, History = Continue(progress.History) });

        public void OnCheckpoint(long step, Action<Stream> write) => inner.OnCheckpoint(stepsBefore + step, write);

        public IReadOnlyList<EpochResult> Continue(IReadOnlyList<EpochResult> history) =>
            [.. before, .. history.Select(e => e with { Epoch = before.Count + e.Epoch })];
    }
}
