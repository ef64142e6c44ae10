using Learngene.Vision.Data;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>The model that is distilled: it sees the same augmented images as the student, in evaluation mode.</summary>
/// <param name="shape">Its architecture.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="precision">Number format of its products.</param>
public sealed class Teacher(VitShape shape, ParameterSet parameters, Precision precision = Precision.Fp32)
{
    private readonly Vit _vit = new(shape, precision);
    private readonly VitWeights _weights = VitWeights.From(shape, name => parameters[name]);

    /// <summary>Its logits (B, classes), without gradients.</summary>
    public Tensor Logits(Tensor images)
    {
        using var none = no_grad();
        return _vit.Forward(images, _weights);
    }
}
