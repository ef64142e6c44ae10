using System.Runtime.InteropServices;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Learngene.Vision.Federation;

/// <summary>A client's ViT; its parameters and gradients are vectors in the layout's order, seen as spans over the tensors' own memory.</summary>
internal sealed class LocalModel : IDisposable
{
    private const int EvaluationBatch = 250;
    private readonly ParameterSet _parameters;
    private readonly Vit _vit;
    private readonly VitWeights _weights;

    public LocalModel(FederatedTask task, ReadOnlySpan<float> values)
    {
        _parameters = new ParameterSet(task.Layout.Specs());
        _vit = new Vit(task.Shape);
        _weights = VitWeights.From(task.Shape, name => _parameters[name]);
        values.CopyTo(Values);
    }

    /// <summary>All parameters (ModelCount).</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_parameters.Values.bytes);

    /// <summary>Their gradients (ModelCount); <see cref="Backward"/> adds to them.</summary>
    public Span<float> Gradients => MemoryMarshal.Cast<byte, float>(_parameters.Gradients.bytes);

    /// <summary>Adds the gradient of the mean cross entropy of some images, and returns that loss.</summary>
    public double Backward(LocalImages images, ReadOnlySpan<int> numbers)
    {
        using var scope = NewDisposeScope();
        var (pixels, labels) = images.Take(numbers);
        var loss = cross_entropy(_vit.Forward(pixels, _weights), labels);
        loss.backward();
        return loss.item<float>();
    }

    /// <summary>Share of the images whose largest logit is their label's; 0 where there are none.</summary>
    public double Accuracy(LocalImages images)
    {
        long right = 0;
        using var none = no_grad();
        for (int from = 0; from < images.Count; from += EvaluationBatch)
        {
            using var scope = NewDisposeScope();
            var (pixels, labels) = images.Take(from, Math.Min(EvaluationBatch, images.Count - from));
            right += _vit.Forward(pixels, _weights).argmax(1).eq(labels).sum().item<long>();
        }
        return images.Count == 0 ? 0 : (double)right / images.Count;
    }

    public void Dispose() => _parameters.Dispose();
}
