using Learngene.Data;
using Learngene.Grains.Jobs;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Baselines;
using Learngene.Vision.Data;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Training;

namespace Learngene.Grains;

/// <summary>The one place where a travelling value becomes one of Vision's and back, and where what was asked for is checked.</summary>
internal static class Wire
{
    public static IReadOnlyList<EpochPoint> History(IReadOnlyList<EpochResult> epochs) => [.. epochs.Select(e => new EpochPoint(e.Epoch, e.Loss, e.Accuracy))];

    /// <summary>The shape of a stored model.</summary>
    public static ModelConfig Config(LearngeneVersion version)
    {
        var lets = version.Kind == "lets" ? Json.Parse<LetsShape>(version.Config, "learngene.config") : null;
        var decomposition = version.Kind == "decomposition" ? Json.Parse<DecompositionShape>(version.Config, "learngene.config") : null;
        var wave = version.Kind == "wave" ? Json.Parse<WaveShape>(version.Config, "learngene.config") : null;
        return new()
        {
            Kind = version.Kind, Lets = lets, Decomposition = decomposition, Wave = wave,
            Vit = lets?.Auxiliary ?? decomposition?.Vit ?? wave?.Vit ?? Json.Parse<VitShape>(version.Config, "learngene.config"),
            Preprocess = version.Preprocess is { } p ? Json.Parse<Preprocess>(p, "learngene.preprocess") : null,
        };
    }

    /// <summary>Checks a specification against what it names, before anything is stored; returns the bytes that a training takes on its device, or 0.</summary>
    /// <exception cref="InvalidInputException">One sentence: which field, which value, what is allowed.</exception>
    public static long Check(JobSpec spec, JobInputs inputs, ModelConfig? file)
    {
        var model = inputs.Model is { } m ? Config(m) : file;
        switch (spec.Kind)
        {
            case JobKind.Train:
                RequireSquare(inputs.Data!);
                var train = Json.Parse<TrainSettings>(spec.Settings, "settings");
                CheckOptions(train, inputs.Data!);
                if (inputs.Model is { } teacher)
                {
                    RequireVit(model!, teacher, "train needs a teacher");
                    RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                }
                var trained = train.Shape(inputs.Data!.Height, inputs.Data.Channels, inputs.Data.Classes);
                return MemoryNeed.Training(trained, trained.Parameters, train.Batch, teacher: model?.Vit);
            case JobKind.LearnLets:
                RequireVit(model!, inputs.Model!, "learn lets needs an ancestry model");
                RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                var lets = Json.Parse<LetsSettings>(spec.Settings, "settings");
                CheckOptions(lets, inputs.Data!);
                var grown = lets.Shape(model.Vit);
                return MemoryNeed.Training(grown.Auxiliary, grown.Trainable, lets.Batch, grown.Generated, model.Vit);
            case JobKind.LearnDecomposition:
                RequireSquare(inputs.Data!);
                var learn = Json.Parse<DecompositionSettings>(spec.Settings, "settings");
                CheckOptions(learn, inputs.Data!);
                if (inputs.Model is { } teaching)
                {
                    RequireVit(model!, teaching, "learn decomposition needs an ancestry model");
                    RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                }
                var learnt = model is null ? learn.Shape(inputs.Data!.Height, inputs.Data.Channels, inputs.Data.Classes) : learn.Shape(model.Vit);
                return MemoryNeed.Training(learnt.Vit, learnt.Trainable, learn.Batch, learnt.Generated, model?.Vit);
            case JobKind.Decompose:
                RequireVit(model!, inputs.Model!, "decompose needs a trained model");
                var decompose = Json.Parse<DecomposeSettings>(spec.Settings, "settings");
                if (inputs.Data is { } distilled)
                {
                    RequireFit(model!.Vit, distilled, sameClasses: true);
                    CheckOptions(decompose, distilled);
                }
                return MemoryNeed.Training(model!.Vit, decompose.Shape(model.Vit).Trainable, inputs.Data is null ? 0 : decompose.Batch, model.Vit.Parameters, model.Vit);
            case JobKind.LearnBaseline:
                RequireVit(model!, inputs.Model!, "learn baseline needs an ancestry model");
                RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                var baseline = Json.Parse<BaselineSettings>(spec.Settings, "settings").Resolved(model.Vit);
                CheckOptions(baseline, inputs.Data!);
                var auxiliary = baseline.Auxiliary(model.Vit);
                return MemoryNeed.Training(auxiliary, KnownBaselines.SharedBaseline(baseline.Baseline).Config(auxiliary, baseline).Trainable, baseline.Batch, auxiliary.Parameters, model.Vit);
            case JobKind.Initialise:
                return CheckInitialise(Json.Parse<InitialiseSettings>(spec.Settings, "settings"), model!, inputs);
            case JobKind.Finetune:
                var finetune = Json.Parse<FinetuneSettings>(spec.Settings, "settings");
                CheckOptions(finetune, inputs.Data!);
                var tuned = Tunable(model!, finetune, inputs.Data!);
                return MemoryNeed.Training(tuned.Vit, tuned.Trainable, finetune.Batch, tuned.Decomposition?.Generated ?? 0);
            case JobKind.Evaluate:
                var evaluate = Json.Parse<EvaluateSettings>(spec.Settings, "settings");
                if (evaluate.TestImages < 0) throw new InvalidInputException($"testImages {evaluate.TestImages} is negative; 0 is all.");
                RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                foreach (string size in evaluate.Sizes) RequireSize(model, ModelSize.Parse(size));
                break;
            case JobKind.Import:
                Json.Parse<ImportSettings>(spec.Settings, "settings");
                break;
            case JobKind.Descend:
                Descend(model!, spec.Settings, inputs.Model!.Reference);
                break;
            case JobKind.AddData:
                Json.Parse<Jobs.Work.AddDataSettings>(spec.Settings, "settings");
                break;
        }
        return 0;
    }

    /// <summary>A request for a descendant with its defaults filled in, if the learngene can make it.</summary>
    public static DescendSettings Descend(ModelConfig learngene, string settings, string name)
    {
        var given = Json.Parse<DescendSettings>(settings, "settings");
        return learngene switch
        {
            { Lets: { } lets } => given.For(lets),
            { Decomposition: { } decomposition } => given.For(decomposition),
            _ => throw new InvalidInputException($"{name} is a {learngene.Kind}; descendants are made of a lets or a decomposition."),
        };
    }

    /// <summary>What fine-tuning trains: the model with a head for the data's classes; of a decomposition the components, at the depth asked for.</summary>
    public static ModelConfig Tunable(ModelConfig model, FinetuneSettings settings, DataSetInfo data)
    {
        if (model.Lets is not null || model.Wave is not null)
            throw new InvalidInputException($"the model is a {model.Kind}; finetune needs a vit or a decomposition, so make a descendant of it first.");
        if (model.Decomposition is null && (settings.Depth ?? settings.Components) is not null)
            throw new InvalidInputException("depth and components can be chosen only where a decomposition is tuned; a vit is tuned as it is.");
        if (model.Decomposition is not null && settings.Only != TunedPart.All)
            throw new InvalidInputException("only 'norms' is for a vit; a decomposition is tuned with all its components, so make a descendant of it first.");
        RequireFit(model.Vit, data, sameClasses: false);
        if (settings.Head == HeadRule.Slice && data.Classes > model.Vit.Classes)
            throw new InvalidInputException($"head 'slice' cannot give {data.Classes} classes of the model's {model.Vit.Classes}; use 'fresh'.");
        var vit = model.Vit with { Classes = data.Classes };
        if (model.Decomposition is not { } whole) return model with { Vit = vit };
        int depth = settings.Depth ?? vit.Depth, components = settings.Components ?? whole.Components;
        whole.Descendant(new(vit.Width, depth, components));
        vit = vit with { Depth = depth };
        return model with { Vit = vit, Decomposition = whole with { Vit = vit, Components = components } };
    }

    /// <summary>Refuses a data set whose images or classes a model cannot take.</summary>
    public static void RequireFit(VitShape vit, DataSetInfo data, bool sameClasses)
    {
        RequireSquare(data);
        if (vit.Channels != data.Channels || vit.ImageSize != data.Height)
            throw new InvalidInputException($"data set '{data.Name}' has images of {data.Channels} x {data.Height} x {data.Width}; the model needs {vit.Channels} x {vit.ImageSize} x {vit.ImageSize}.");
        if (sameClasses && vit.Classes != data.Classes)
            throw new InvalidInputException($"data set '{data.Name}' has {data.Classes} classes; the model has {vit.Classes}.");
    }

    /// <summary>Whether an exception means that what was asked for is wrong, rather than that something broke.</summary>
    public static bool IsInputError(Exception e) => e is InvalidInputException or DataException or SafetensorsException or RefusedException;

    private static long CheckInitialise(InitialiseSettings settings, ModelConfig source, JobInputs inputs)
    {
        var method = KnownBaselines.Initialisation(settings.Baseline);
        if (source.Kind != method.SourceKind)
            throw new InvalidInputException($"{inputs.Model!.Reference} is a {source.Kind}; {settings.Baseline} starts from a {method.SourceKind}.");
        var target = method.Target(source, settings);
        if (method.DefaultSteps == 0 && inputs.Data is { } unused)
            throw new InvalidInputException($"data set '{unused.Name}' is of no use here; {settings.Baseline} does not train, so give none.");
        if (method.DefaultSteps > 0)
        {
            var data = inputs.Data ?? throw new InvalidInputException($"{settings.Baseline} trains for a few steps, so it needs a data set.");
            RequireFit(source.Vit, data, sameClasses: true);
            CheckOptions(settings, data);
        }
        return MemoryNeed.Training(target, source.Trainable, method.DefaultSteps > 0 ? settings.Batch : 0, target.Parameters, source.Vit);
    }

    private static void CheckOptions(TrainingOptions options, DataSetInfo data)
    {
        options.Validate();
        try
        {
            options.Augment().Check(new ImageGeometry(data.Channels, data.Height, data.Width));
        }
        catch (ArgumentException e)
        {
            throw new InvalidInputException(e.Message);
        }
    }

    private static void RequireVit(ModelConfig model, LearngeneVersion version, string need)
    {
        if (model.Kind != "vit") throw new InvalidInputException($"{version.Reference} is a {version.Kind}; {need}, which is a vit.");
    }

    private static void RequireSize(ModelConfig model, ModelSize size)
    {
        if (model.Lets is { } lets) lets.Descendant(size.Width, size.Depth);
        else if (model.Decomposition is { } decomposition) decomposition.Descendant(size);
        else throw new InvalidInputException($"sizes cannot be measured of a {model.Kind}; they are for learngenes.");
    }

    /// <summary>Refuses a data set whose images are not square.</summary>
    public static void RequireSquare(DataSetInfo data)
    {
        if (data.Height != data.Width)
            throw new InvalidInputException($"data set '{data.Name}' has images of {data.Height} x {data.Width}; only square ones are supported.");
    }
}
