using System.CommandLine;
using Learngene.Cli.Output;
using Learngene.Jobs;

namespace Learngene.Cli.Commands;

/// <summary><c>learn lets</c>.</summary>
internal static class LearnCommands
{
    private const string Example =
        "learngene learn lets fashion/lets --ancestry fashion/ancestry --data fashion-mnist --learngene-width 48 --learngene-depth 4 --width 96 --depth 8 --wait";

    public static Command Create() => new Verb("learn", "Learns a learngene.", Example) { Lets() };

    private static Verb Lets()
    {
        var name = Flags.Argument("NAME", "Under which the learngene is stored.");
        var ancestry = Flags.Text("--ancestry", "NAME[@V]", "The model to learn from.");
        var data = Flags.Text("--data", "NAME", "A data set of the cluster.");
        var learngeneWidth = Flags.Whole("--learngene-width", "Channels of the learngene.", required: true);
        var learngeneDepth = Flags.Whole("--learngene-depth", "Layers of the learngene; even.", required: true);
        var width = Flags.Whole("--width", "Channels of the auxiliary model, the widest descendant.", required: true);
        var depth = Flags.Whole("--depth", "Layers of the auxiliary model; a multiple of the learngene's.", required: true);
        var heads = Flags.Whole("--heads", "Heads of the auxiliary model.");
        var stage1 = Flags.Choice("--stage1", "Which size each step generates (default sampled).", "sampled", "paper");
        var minDepth = Flags.Whole("--min-depth", "The shallowest descendant that sampling generates (default 2).");
        var training = new TrainingFlags();
        var verb = new Verb("lets", "Learns a LeTs learngene from an ancestry model (stage 1).", Example)
        {
            name, ancestry, data, learngeneWidth, learngeneDepth, width, depth, heads, stage1, minDepth,
        };
        training.AddTo(verb);
        return verb.Does(async call =>
        {
            string settings = training.Settings(call,
                ("learngeneWidth", call.Get(learngeneWidth)), ("learngeneDepth", call.Get(learngeneDepth)), ("width", call.Get(width)),
                ("depth", call.Get(depth)), ("heads", call.Get(heads)), ("stage1", call.Get(stage1)), ("minDepth", call.Get(minDepth)));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec { Kind = JobKind.LearnLets, Name = call.Get(name), Model = call.Get(ancestry), Data = call.Get(data), Settings = settings };
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(spec, call.Token), call.Get(training.Wait));
        });
    }
}
