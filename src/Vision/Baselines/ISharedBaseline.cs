using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>A baseline that learns something once from an ancestry model, which models of many sizes then start from.</summary>
public interface ISharedBaseline
{
    /// <summary>Layers of the auxiliary model where none are given. Default: the ancestry model's.</summary>
    int DefaultDepth(VitShape ancestry) => ancestry.Depth;

    /// <summary>What the learnt file will be.</summary>
    /// <param name="auxiliary">The model that is distilled into (<see cref="BaselineSettings.Auxiliary"/>).</param>
    /// <param name="settings">Everything else, resolved.</param>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    ModelConfig Config(VitShape auxiliary, BaselineSettings settings);

    /// <summary>Its tensors before training, random from the seed alone.</summary>
    ParameterSet Create(ModelConfig config, ulong seed, Device? device = null);

    /// <summary>The auxiliary model as something to train.</summary>
    ITrainable Trainable(VitShape auxiliary, ModelConfig config, ParameterSet parameters, BaselineSettings settings);
}
