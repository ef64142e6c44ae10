using Learngene.Vision.Baselines;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Files;

/// <summary>A model file of any kind, read: what it is, its tensors, and the ViTs that can be made of it.</summary>
public sealed class StoredModel : IDisposable
{
    private StoredModel(ModelConfig config, ParameterSet parameters) => (Config, Parameters) = (config, parameters);

    /// <summary>What the file says it is.</summary>
    public ModelConfig Config { get; }

    /// <summary>Its tensors: of a vit by checkpoint name, of a learngene by stacked name.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Reads a file, checked against its configuration.</summary>
    public static StoredModel Read(SafetensorsFile file, Device? device = null)
    {
        var config = ModelConfig.Read(file);
        ModelFile.Check(file, config);
        return new(config, config switch
        {
            { Lets: { } lets } => ModelFile.ReadLets(file, lets, device),
            { Decomposition: { } decomposition } => ModelFile.ReadDecomposition(file, decomposition, device),
            { Wave: { } wave } => ModelFile.ReadWave(file, wave, device),
            _ => ModelFile.ReadVit(file, config.Vit, device),
        });
    }

    /// <summary>The ViT of <see cref="ModelConfig.Vit"/>: the model itself, or the largest that the learngene makes.</summary>
    public VitWeights Weights() => Config switch
    {
        { Lets: { } lets } => Expansion.Expand(lets, Get, Selection.Continuous(lets, lets.Auxiliary.Width, DepthList.For(lets.Rows, lets.Auxiliary.Depth))),
        { Decomposition: { } d } => Recomposition.Expand(d, Get, d.Largest),
        { Wave: { } wave } => Wave.Expand(wave, wave.Vit.Depth, Get),
        _ => VitWeights.From(Config.Vit, Get),
    };

    /// <summary>Measures many sizes of a learngene at once.</summary>
    /// <param name="sizes">The sizes.</param><param name="precision">Number format of the products.</param>
    /// <param name="measure">Runs the models (<see cref="GridEvaluator"/>).</param>
    /// <exception cref="InvalidInputException">It is no learngene, or a size is not to be had.</exception>
    public IReadOnlyDictionary<string, Evaluation> Measure(
        IEnumerable<ModelSize> sizes, Precision precision, Func<IReadOnlyList<GridModel>, IReadOnlyDictionary<string, Evaluation>> measure) =>
        LearngeneGrid.Measure(Config, Get, sizes, precision, measure);

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();

    private Tensor Get(string name) => Parameters[name];
}
