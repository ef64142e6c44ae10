using Learngene.Vision.Files;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>A baseline that gives one ViT its initial weights from a model there is; some train a little of their own first.</summary>
public interface IInitialisation
{
    /// <summary>The kind of model that it starts from. Default: <c>vit</c>.</summary>
    string SourceKind => "vit";

    /// <summary>Steps of training by default; 0 (default) for one that does not train.</summary>
    int DefaultSteps => 0;

    /// <summary>The architecture that is asked for, if this baseline can make it of that source.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    VitShape Target(ModelConfig source, InitialiseSettings settings);

    /// <summary>What is trained before the weights are taken; null where nothing is.</summary>
    /// <param name="source">What it starts from.</param><param name="get">Its tensors, without gradients.</param>
    /// <param name="target">The model asked for.</param><param name="seed">All that is random comes from it.</param><param name="device">Where to.</param>
    ParameterSet? Create(ModelConfig source, Func<string, Tensor> get, VitShape target, ulong seed, Device? device = null) => null;

    /// <summary>The weights: a pure function of the source and of what was trained, differentiable in the latter.</summary>
    /// <param name="source">What it starts from.</param><param name="get">Its tensors, without gradients.</param>
    /// <param name="target">The model asked for.</param><param name="learnt">What <see cref="Create"/> gave.</param>
    VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt);
}
