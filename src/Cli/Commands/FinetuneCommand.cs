using System.CommandLine;
using Learngene.Cli.Output;
using Learngene.Jobs;

namespace Learngene.Cli.Commands;

/// <summary><c>finetune</c>.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        var model = Flags.Argument("NAME|FILE", "A model of the repository, or a safetensors file.");
        var data = Flags.Text("--data", "NAME", "A data set of the cluster.");
        var name = Flags.Maybe("--as", "NAME", "Under which the result is stored (default: the model's name and '-tuned').");
        var head = Flags.Choice("--head", "What becomes of the head on other classes (default auto: kept where their number agrees, else fresh).", "auto", "fresh", "slice");
        var depth = Flags.Whole("--depth", "Of a decomposition, tuned with its equation kept: layers (default its own).");
        var components = Flags.Whole("--components", "Of a decomposition: how many of its components are tuned and kept (default all).");
        var only = Flags.Choice("--only", "What of a vit is tuned (default all): norms recalibrates its LayerNorms, and trains a fresh head.", "all", "norms");
        var steps = Flags.Whole("--steps", "Ends the tuning after so many steps, whatever its epochs.");
        var training = new TrainingFlags();
        var verb = new Verb("finetune", "Tunes a model on a data set.",
            "learngene finetune small.safetensors --data fashion-mnist --epochs 1 --as fashion/small --wait") { model, data, name, head, depth, components, only, steps };
        training.AddTo(verb);
        return verb.Does(async call =>
        {
            var source = ModelSource.Of(call.Get(model));
            string settings = training.Settings(call, ("head", call.Get(head)), ("depth", call.Get(depth)), ("components", call.Get(components)),
                ("only", call.Get(only)), ("steps", call.Get(steps)));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec
            {
                Kind = JobKind.Finetune, Model = source.Name, File = await source.UploadAsync(client, call.Token), Data = call.Get(data),
                Name = call.Get(name) ?? source.TunedName(), Settings = settings,
            };
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(training.Place(call, spec), call.Token), call.Get(training.Wait));
        });
    }
}
