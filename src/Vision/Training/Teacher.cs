using Learngene.Vision.Data;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>
/// The model that is distilled: it sees the same augmented images as the student, in evaluation mode. Where images come in two forms
/// at most, itself and its mirror image, its answers are worked out once and looked up afterwards.
/// </summary>
/// <param name="shape">Its architecture.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="precision">Number format of its products.</param>
public sealed class Teacher(VitShape shape, ParameterSet parameters, Precision precision = Precision.Fp32) : IDisposable
{
    private const long MostRemembered = 1L << 28; // bytes
    private readonly Vit _vit = new(shape, precision);
    private readonly VitWeights _weights = VitWeights.From(shape, name => parameters[name]);
    private Tensor? _remembered; // (images and then their mirror images, classes)

    /// <summary>Its logits (B, classes) for a batch, without gradients.</summary>
    public Tensor Logits(Batch batch, Tensor images)
    {
        using var none = no_grad();
        if (_remembered is null) return _vit.Forward(images, _weights);
        long count = _remembered.shape[0] / 2;
        long[] rows = [.. batch.Sources.Select((source, i) => source + (batch.Mirrored[i] ? count : 0))];
        return _remembered.index_select(0, tensor(rows).to(_remembered.device));
    }

    /// <summary>Works out all answers, where there are few enough and <paramref name="uses"/> of them pay for it.</summary>
    /// <param name="set">The training images.</param><param name="preprocess">Their normalisation.</param>
    /// <param name="augment">How they are varied.</param><param name="uses">How many answers will be asked for.</param>
    /// <param name="watcher">Breathes between batches.</param>
    public void Remember(ImageSet set, Preprocess preprocess, AugmentOptions augment, long uses, ITrainingWatcher watcher)
    {
        long forms = augment.Flip ? 2L : 1L;
        if (_remembered is not null || !augment.MirrorsAtMost || uses <= forms * set.Count || 2L * set.Count * shape.Classes * sizeof(float) > MostRemembered) return;
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var all = zeros(2L * set.Count, shape.Classes, device: parameters.Values.device);
        Evaluator.ForEachBatch(set, preprocess, watcher, parameters.Values.device, 0, (batch, images, first) =>
        {
            all.narrow(0, first, batch.Count).copy_(_vit.Forward(images, _weights));
            if (augment.Flip) all.narrow(0, set.Count + first, batch.Count).copy_(_vit.Forward(images.flip(-1), _weights));
        });
        _remembered = all.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _remembered?.Dispose();
}
