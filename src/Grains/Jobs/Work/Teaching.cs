using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>The job's model as a teacher: its parameters, its shape and what its images must look like.</summary>
internal sealed class Teaching : IDisposable
{
    private readonly ParameterSet _parameters;

    private Teaching(ModelConfig config, ParameterSet parameters, Precision precision)
    {
        (Config, _parameters) = (config, parameters);
        Teacher = new(config.Vit, parameters, precision);
    }

    public ModelConfig Config { get; }
    public Preprocess? Preprocess => Config.Preprocess;
    public Teacher Teacher { get; }

    /// <summary>Opens the vit that the job names.</summary>
    public static Teaching Open(JobContext c, Precision precision)
    {
        using var file = c.OpenModel();
        var config = ModelConfig.Read(file);
        return new(config, ModelFile.ReadVit(file, config.Vit, c.Device), precision);
    }

    public void Dispose()
    {
        Teacher.Dispose();
        _parameters.Dispose();
    }
}
