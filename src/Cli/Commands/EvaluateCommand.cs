using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;

namespace Learngene.Cli.Commands;

/// <summary><c>evaluate</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = Flags.Argument("NAME|FILE", "A model of the repository, or a safetensors file.");
        var data = Flags.Text("--data", "NAME", "A data set of the cluster.");
        var images = Flags.Whole("--test-images", "Images to evaluate on (default all of the test split).");
        var precision = Flags.Choice("--precision", "Number format of the products (default fp32).", "fp32", "bf16");
        var sizes = Flags.Maybe("--sizes", "WxL,WxL,...", "Sizes of a learngene to measure together, such as 48x3,64x5; with components 64x6x2.");
        var devices = new DeviceFlags();
        var verb = new Verb("evaluate", "Measures a model on a data set's test images.", "learngene evaluate small.safetensors --data fashion-mnist")
        {
            model, data, images, precision, sizes,
        };
        devices.AddTo(verb);
        return verb.Does(async call =>
        {
            var source = ModelSource.Of(call.Get(model));
            var settings = new JsonObject();
            if (call.Get(images) is { } count) settings["testImages"] = count;
            if (call.Get(precision) is { } chosen) settings["precision"] = chosen;
            if (call.Get(sizes) is { } list) settings["sizes"] = Documents.List(list.Split(',', StringSplitOptions.TrimEntries), s => JsonValue.Create(s));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec
            {
                Kind = JobKind.Evaluate, Model = source.Name, File = await source.UploadAsync(client, call.Token), Data = call.Get(data), Settings = settings.ToJsonString(),
            };
            var job = await client.Jobs.StartAsync(devices.Place(call, spec), call.Token);
            var ended = await new JobWatch(call, client).FollowAsync(job.Id);
            if (ended.State != JobState.Completed) throw new JobFailedException(ended);
            call.Answer(Documents.Evaluation(ended), people =>
            {
                people.WriteLine(FormattableString.Invariant(
                    $"accuracy {Tables.Percent(ended.Metrics["accuracy"])}  loss {ended.Metrics["loss"]:F4}  on {ended.Metrics["images"]:N0} images"));
                foreach (var (size, accuracy) in Documents.Sizes(ended)) people.WriteLine($"{size}  {Tables.Percent(accuracy)}");
            });
            return Exit.Done;
        });
    }
}
