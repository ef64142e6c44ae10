using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Jobs;

namespace Learngene.Cli.Commands;

/// <summary><c>learn lets</c>, <c>learn decomposition</c> and <c>decompose</c>.</summary>
internal static class LearnCommands
{
    private const string Example =
        "learngene learn lets fashion/lets --ancestry fashion/ancestry --data fashion-mnist --learngene-width 48 --learngene-depth 4 --width 96 --depth 8 --wait";

    public static Command Create() => new Verb("learn", "Learns a learngene.", Example) { Lets(), Decomposition() };

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
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(training.Place(call, spec), call.Token), call.Get(training.Wait));
        });
    }

    private static Verb Decomposition()
    {
        var name = Flags.Argument("NAME", "Under which the learngene is stored; in phases, each phase is a version.");
        var ancestry = Flags.Maybe("--ancestry", "NAME[@V]", "The model to learn from (default: labels alone).");
        var data = Flags.Text("--data", "NAME", "A data set of the cluster.");
        var components = Flags.Wholes("--components", "How many there are after each phase; the last is how many there are in all (default 1,2,4,... up to the depth).");
        var (basis, nodes, offset) = CoefficientFlags("paper");
        var form = Flags.Choice("--training", "What each step trains (default sampled).", "sampled", "phases", "together");
        var width = Flags.Whole("--width", "Channels (default the ancestry model's).");
        var depth = Flags.Whole("--depth", "Layers of the model that is trained (default the ancestry model's).");
        var heads = Flags.Whole("--heads", "Attention heads.");
        var patch = Flags.Whole("--patch", "Patch size in pixels (default the ancestry model's).");
        var minDepth = Flags.Whole("--min-depth", "The shallowest model that sampling trains (default 2).");
        var componentWidth = Flags.Whole("--component-width", "Channels of the components, below --width; they then make models of every width (default: one width).");
        var minWidth = Flags.Whole("--min-width", "With --component-width: the narrowest model that sampling trains (default the components' width).");
        var training = new TrainingFlags();
        var verb = new Verb("decomposition", "Learns the components of a linear decomposition.",
            "learngene learn decomposition fashion/parts --ancestry fashion/ancestry --data fashion-mnist --width 64 --depth 6 --components 1,2,4,6 --wait")
        {
            name, ancestry, data, components, basis, nodes, offset, form, width, depth, heads, patch, minDepth, componentWidth, minWidth,
        };
        training.AddTo(verb);
        return verb.Does(async call =>
        {
            string settings = training.Settings(call,
                ("components", call.Get(components) is { Length: > 0 } counts ? Documents.List(counts, n => JsonValue.Create(n)) : null),
                ("basis", call.Get(basis)), ("nodes", call.Get(nodes)), ("orderOffset", call.Get(offset)), ("training", call.Get(form)), ("width", call.Get(width)),
                ("depth", call.Get(depth)), ("heads", call.Get(heads)), ("patch", call.Get(patch)), ("minDepth", call.Get(minDepth)),
                ("componentWidth", call.Get(componentWidth)), ("minWidth", call.Get(minWidth)));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec { Kind = JobKind.LearnDecomposition, Name = call.Get(name), Model = call.Get(ancestry), Data = call.Get(data), Settings = settings };
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(training.Place(call, spec), call.Token), call.Get(training.Wait));
        });
    }

    /// <summary><c>decompose</c>.</summary>
    public static Command Decompose()
    {
        var name = Flags.Argument("NAME", "Under which the decomposition is stored.");
        var model = Flags.Text("--model", "NAME[@V]", "A trained model.");
        var components = Flags.Whole("--components", "Components, at most the model's layers (default as many).");
        var (basis, nodes, offset) = CoefficientFlags("chebyshev");
        var noAlign = Flags.Switch("--no-align", "Leave neurons and heads in the order in which each layer has them.");
        var force = Flags.Switch("--force", "Keep components that 32-bit floats cannot hold.");
        var data = Flags.Maybe("--data", "NAME", "Distil the model into its components on this data set afterwards, for --epochs (default 1).");
        var training = new TrainingFlags();
        var verb = new Verb("decompose", "Decomposes a trained model in closed form, so that it can be recomposed at other depths at once.",
            "learngene decompose fashion/parts --model fashion/ancestry --components 6 --wait") { name, model, components, basis, nodes, offset, noAlign, force, data };
        training.AddTo(verb);
        return verb.Does(async call =>
        {
            string settings = training.Settings(call, ("components", call.Get(components)), ("basis", call.Get(basis)), ("nodes", call.Get(nodes)),
                ("orderOffset", call.Get(offset)), ("align", call.Get(noAlign) ? false : null), ("force", call.Get(force) ? true : null));
            await using var client = await call.ConnectAsync();
            var spec = new JobSpec { Kind = JobKind.Decompose, Name = call.Get(name), Model = call.Get(model), Data = call.Get(data), Settings = settings };
            return await JobAnswer.BegunAsync(call, client, await client.Jobs.StartAsync(training.Place(call, spec), call.Token), call.Get(training.Wait));
        });
    }

    private static (Option<string?> Basis, Option<string?> Nodes, Option<int?> OrderOffset) CoefficientFlags(string nodes) => (
        Flags.Choice("--basis", "Functions that weigh the components (default chebyshev).", "chebyshev", "taylor", "legendre", "fourier"),
        Flags.Choice("--nodes", $"Where the layers lie on the axis of the basis (default {nodes}).", "paper", "chebyshev"),
        Flags.Whole("--order-offset", "Order of the first component, 0 or 1 (default 0)."));
}
