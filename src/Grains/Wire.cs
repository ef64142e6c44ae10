using Learngene.Data;
using Learngene.Grains.Jobs;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Data;
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
        return new()
        {
            Kind = version.Kind, Lets = lets, Vit = lets?.Auxiliary ?? Json.Parse<VitShape>(version.Config, "learngene.config"),
            Preprocess = version.Preprocess is { } p ? Json.Parse<Preprocess>(p, "learngene.preprocess") : null,
        };
    }

    /// <summary>Checks a specification against what it names, before anything is stored.</summary>
    /// <exception cref="InvalidInputException">One sentence: which field, which value, what is allowed.</exception>
    public static void Check(JobSpec spec, JobInputs inputs, ModelConfig? file)
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
                RequireMemory(train.Shape(inputs.Data!.Height, inputs.Data.Channels, inputs.Data.Classes).Parameters);
                break;
            case JobKind.LearnLets:
                RequireVit(model!, inputs.Model!, "learn lets needs an ancestry model");
                RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                var lets = Json.Parse<LetsSettings>(spec.Settings, "settings");
                CheckOptions(lets, inputs.Data!);
                RequireMemory(lets.Shape(model.Vit).Trainable + lets.Shape(model.Vit).Auxiliary.Parameters + model.Vit.Parameters);
                break;
            case JobKind.Finetune:
                var finetune = Json.Parse<FinetuneSettings>(spec.Settings, "settings");
                CheckOptions(finetune, inputs.Data!);
                RequireMemory(Tunable(model!, finetune, inputs.Data!).Parameters);
                break;
            case JobKind.Evaluate:
                int images = Json.Parse<EvaluateSettings>(spec.Settings, "settings").TestImages;
                if (images < 0) throw new InvalidInputException($"testImages {images} is negative; 0 is all.");
                RequireFit(model!.Vit, inputs.Data!, sameClasses: true);
                break;
            case JobKind.Import:
                Json.Parse<ImportSettings>(spec.Settings, "settings");
                break;
            case JobKind.Descend:
                if (model?.Lets is null) throw new InvalidInputException($"{inputs.Model!.Reference} is a {inputs.Model.Kind}; descendants are made of a lets.");
                Json.Parse<DescendSettings>(spec.Settings, "settings").For(model.Lets);
                break;
            case JobKind.AddData:
                Json.Parse<Jobs.Work.AddDataSettings>(spec.Settings, "settings");
                break;
        }
    }

    /// <summary>The architecture that fine-tuning trains: the model's, with a head for the data's classes.</summary>
    public static VitShape Tunable(ModelConfig model, FinetuneSettings settings, DataSetInfo data)
    {
        if (model.Kind != "vit")
            throw new InvalidInputException($"the model is a {model.Kind}; finetune needs a vit, so make a descendant of it first.");
        RequireFit(model.Vit, data, sameClasses: false);
        if (settings.Head == HeadRule.Slice && data.Classes > model.Vit.Classes)
            throw new InvalidInputException($"head 'slice' cannot give {data.Classes} classes of the model's {model.Vit.Classes}; use 'fresh'.");
        return model.Vit with { Classes = data.Classes };
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

    // Values, gradients and two moments, four bytes each: a job that cannot fit is refused rather than killed, at every start again.
    private static void RequireMemory(long parameters)
    {
        long needed = 16 * parameters, there = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > there)
            throw new InvalidInputException($"training {parameters:N0} parameters needs at least {needed / 1_000_000:N0} MB; this machine has {there / 1_000_000:N0} MB.");
    }

    private static void RequireVit(ModelConfig model, LearngeneVersion version, string need)
    {
        if (model.Kind != "vit") throw new InvalidInputException($"{version.Reference} is a {version.Kind}; {need}, which is a vit.");
    }

    private static void RequireSquare(DataSetInfo data)
    {
        if (data.Height != data.Width)
            throw new InvalidInputException($"data set '{data.Name}' has images of {data.Height} x {data.Width}; only square ones are supported.");
    }
}
