using System.CommandLine;
using Learngene.Cli.Output;
using Learngene.Jobs;

namespace Learngene.Cli.Commands;

/// <summary><c>train</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var name = Flags.Argument("NAME", "Under which the model is stored.");
        var data = Flags.Text("--data", "NAME", "A data set of the cluster.");
        var width = Flags.Whole("--width", "Channels of a token.", required: true);
        var depth = Flags.Whole("--depth", "Layers.", required: true);
        var patch = Flags.Whole("--patch", "Patch size in pixels; divides the image size.", required: true);
        var heads = Flags.Whole("--heads", "Attention heads (default: of 64 channels from width 192 on, of 16 below).");
        var pool = Flags.Choice("--pool", "What the head reads (default avg).", "avg", "token");
        var teacher = Flags.Maybe("--teacher", "NAME[@V]", "Distil this model instead of learning from labels alone (see distillationAlpha).");
        var training = new TrainingFlags();
        var verb = new Verb("train", "Trains a ViT, an ancestry model or any other, and stores it.",
            "learngene train fashion/ancestry --data fashion-mnist --width 128 --depth 6 --patch 7 --epochs 10 --wait") { name, data, width, depth, patch, heads, pool, teacher };
        training.AddTo(verb);
        return verb.Does(async call =>
        {
            string settings = training.Settings(call,
                ("width", call.Get(width)), ("depth", call.Get(depth)), ("patch", call.Get(patch)), ("heads", call.Get(heads)), ("pool", call.Get(pool)));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec { Kind = JobKind.Train, Name = call.Get(name), Model = call.Get(teacher), Data = call.Get(data), Settings = settings };
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(training.Place(call, spec), call.Token), call.Get(training.Wait));
        });
    }
}
