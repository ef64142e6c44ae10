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
    private Tensor? _remembered; // (images and then their mirror images, classes, and then the features if they are asked for)

    /// <summary>Its answers to a batch, without gradients: logits (B, classes), and features (B, D) unless answers without them were worked out first.</summary>
    public (Tensor Logits, Tensor? Features) Answers(Batch batch, Tensor images)
    {
        using var none = no_grad();
        if (_remembered is null)
        {
            var answers = _vit.Run(images, _weights);
            return (answers.Logits, answers.Features);
        }
        long count = _remembered.shape[0] / 2;
        long[] rows = [.. batch.Sources.Select((source, i) => source + (batch.Mirrored[i] ? count : 0))];
        var found = _remembered.index_select(0, tensor(rows).to(_remembered.device));
        long features = found.shape[1] - shape.Classes;
        return features == 0 ? (found, null) : (found.narrow(1, 0, shape.Classes), found.narrow(1, shape.Classes, features));
    }

    /// <summary>Works out all answers, where there are few enough and <paramref name="uses"/> of them pay for it.</summary>
    /// <param name="set">The training images.</param><param name="preprocess">Their normalisation.</param>
    /// <param name="augment">How they are varied.</param><param name="uses">How many answers will be asked for.</param>
    /// <param name="watcher">Breathes between batches.</param>
    /// <param name="features">Whether the features will be asked for, too.</param>
    public void Remember(ImageSet set, Preprocess preprocess, AugmentOptions augment, long uses, ITrainingWatcher watcher, bool features = false)
    {
        long forms = augment.Flip ? 2L : 1L, numbers = shape.Classes + (features ? shape.Width : 0);
        if (_remembered is not null || !augment.MirrorsAtMost || uses <= forms * set.Count || 2L * set.Count * numbers * sizeof(float) > MostRemembered) return;
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var all = zeros(2L * set.Count, numbers, device: parameters.Values.device);
        Evaluator.ForEachBatch(set, preprocess, watcher, parameters.Values.device, 0, (batch, images, first) =>
        {
            all.narrow(0, first, batch.Count).copy_(Answer(images, features));
            if (augment.Flip) all.narrow(0, set.Count + first, batch.Count).copy_(Answer(images.flip(-1), features));
        });
        _remembered = all.DetachFromDisposeScope();
    }

    private Tensor Answer(Tensor images, bool features)
    {
        var answers = _vit.Run(images, _weights);
        return features ? cat([answers.Logits, answers.Features], 1) : answers.Logits;
    }

    /// <inheritdoc/>
    public void Dispose() => _remembered?.Dispose();
}
