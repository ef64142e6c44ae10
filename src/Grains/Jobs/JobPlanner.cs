using Learngene.Data;
using Learngene.Grains.Scheduling;
using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Scheduling;
using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs;

/// <summary>Turns a specification into inputs that stay what they are, or refuses it.</summary>
internal sealed class JobPlanner(IGrainFactory grains, JobWorkshop workshop)
{
    /// <summary>Looks up what the specification names and checks that it fits together.</summary>
    /// <exception cref="RefusedException">One sentence: which field, which value, what is allowed.</exception>
    public async Task<JobInputs> PlanAsync(JobSpec spec)
    {
        if (spec.Name is { } name) Names.Require(name);
        if (spec.Name is null && spec.Kind is JobKind.LearnLets or JobKind.LearnDecomposition or JobKind.Decompose or JobKind.LearnBaseline or JobKind.Import or JobKind.AddData)
            throw new RefusedException($"{Work.JobWork.Name(spec.Kind)} needs a name for what it makes.");
        if (spec.Kind == JobKind.AddData && !Path.IsPathFullyQualified(spec.Path ?? ""))
            throw new RefusedException($"path '{spec.Path}' is not absolute; give the whole path of the data set on the silo's machine.");
        if (spec.Kind == JobKind.Import && spec.File is null)
            throw new RefusedException("import needs a file.");
        bool needsModel = spec.Kind is JobKind.LearnLets or JobKind.Descend or JobKind.Decompose or JobKind.LearnBaseline or JobKind.Initialise
            || (spec.Kind is JobKind.Finetune or JobKind.Evaluate && spec.File is null) || (spec.Kind is JobKind.Train or JobKind.LearnDecomposition && spec.Model is not null);
        bool needsData = spec.Kind is JobKind.Train or JobKind.LearnLets or JobKind.LearnDecomposition or JobKind.LearnBaseline or JobKind.Finetune or JobKind.Evaluate
            || (spec.Kind is JobKind.Decompose or JobKind.Initialise && spec.Data is not null);
        var inputs = new JobInputs
        {
            Model = needsModel ? await ModelAsync(spec) : null,
            Data = needsData ? await DataAsync(spec) : null,
        };
        try
        {
            inputs = inputs with { Memory = Wire.Check(spec, inputs, spec.File is { } file ? await InspectAsync(spec, file) : null) };
        }
        catch (Exception e) when (Wire.IsInputError(e) || e is WeightNotFoundException or CorruptWeightException)
        {
            throw new RefusedException(JobError.Clean(e.Message));
        }
        await RequireRoomAsync(spec, inputs);
        return inputs;
    }

    // What no device of its kind could ever hold is refused rather than left to wait, or to be killed at every start again.
    private async Task RequireRoomAsync(JobSpec spec, JobInputs inputs)
    {
        if (DeviceTurn.Request("", new JobRecord { Spec = spec, Inputs = inputs }) is not { } request) return;
        PoolWords.Check(request.Need);
        var pool = await grains.GetGrain<IPoolGrain>(request.Need.Pool).Get();
        var kind = pool.Devices.Where(d => request.Need.Kind is DeviceKind.Any || d.Kind == request.Need.Kind).ToList();
        if (kind.Count > 0 && kind.Max(d => d.Memory) is var most && most < request.Memory)
            throw new RefusedException(
                $"{Work.JobWork.Name(spec.Kind)} needs {(request.Need.Memory > 0 ? "" : "about ")}{Sizes.Text(request.Memory)} on its device; the largest that suits in pool '{request.Need.Pool}' has {Sizes.Text(most)}. Take a smaller batch or model.");
    }

    private Task<ModelConfig> InspectAsync(JobSpec spec, WeightRef file)
    {
        var import = spec.Kind == JobKind.Import ? Json.Parse<ImportSettings>(spec.Settings, "settings") : new();
        return workshop.InspectAsync(file, import.Heads, import.ImageSize);
    }

    private async Task<LearngeneVersion> ModelAsync(JobSpec spec)
    {
        var (name, selector) = Names.Split(spec.Model ?? throw new RefusedException($"{Work.JobWork.Name(spec.Kind)} needs a model, as NAME or NAME@VERSION."));
        return await grains.GetGrain<ILearngeneRepositoryGrain>(name).Resolve(selector);
    }

    private async Task<DataSetInfo> DataAsync(JobSpec spec)
    {
        string name = spec.Data ?? throw new RefusedException($"{Work.JobWork.Name(spec.Kind)} needs a data set; 'learngene data list' shows those known.");
        Names.Require(name);
        return await grains.GetGrain<IDataSetGrain>(name).Get();
    }
}
