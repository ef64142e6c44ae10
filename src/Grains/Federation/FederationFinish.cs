using System.Text.Json;
using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Grains.Federation.Rounds;
using Learngene.Grains.Jobs.Work;
using Learngene.Grains.Weights;
using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Grains.Federation;

/// <summary>What happens once in a federation: its model becomes a version in the repository, and is measured where clients are hosted.</summary>
internal sealed class FederationFinish(IGrainFactory grains, FederationWorkshop workshop, HostedClients hosted, ComputeLanes lanes, IWeightStore store)
{
    /// <summary>Measures and publishes.</summary>
    public async Task<(FederationEvaluation? Evaluation, FederationResult Result)> RunAsync(RunningFederation federation, FederationRecord record)
    {
        var evaluation = federation.IsHosted ? await hosted.EvaluateAsync(federation, record) : new() { BytesToInitialise = await InitialisationAsync(federation, record) };
        evaluation = evaluation with { Global = await EvaluateAsync(federation, record) };
        return (evaluation, await PublishAsync(federation, record, 0, evaluation));
    }

    /// <summary>Makes the model as it is a version, once per round; with cohorts, each cohort's beside it.</summary>
    /// <param name="federation">Whose.</param><param name="record">Its state.</param><param name="round">The round that is published; 0 is the result.</param><param name="evaluation">What is known of it.</param>
    public async Task<FederationResult> PublishAsync(RunningFederation federation, FederationRecord record, int round, FederationEvaluation? evaluation = null)
    {
        var version = await PublishAsync(federation, record, federation.Name, round, m => m.Values(), evaluation);
        if (record.Cohorts > 1 && round == 0)
            for (int c = 0; c < record.Cohorts; c++)
            {
                int cohort = c;
                await PublishAsync(federation, record, FormattableString.Invariant($"{federation.Name}/cohort-{cohort}"), round, m => m.Values(cohort), null);
            }
        return new(federation.Name, version.Version, version.Weights);
    }

    // Clients elsewhere measure themselves; what one downloads to be initialised is known here: the mean of the cohorts'.
    private Task<double> InitialisationAsync(RunningFederation federation, FederationRecord record) => workshop.WithModelAsync(federation, record.Model, record.Cohorts,
        m => Enumerable.Range(0, record.Cohorts).Average(c => (double)(m.Initialisation(c)?.LongLength ?? 0)));

    private async Task<LearngeneVersion> PublishAsync(
        RunningFederation federation, FederationRecord record, string name, int round, Func<FederationModel, float[]> take, FederationEvaluation? evaluation)
    {
        var task = federation.Task;
        string lineage = JobContext.Lineage("federate", [], record.Data!.Hash, JsonDocument.Parse(Anonymous(record.Specification!)).RootElement);
        var config = new ModelConfig { Kind = "vit", Vit = task.Shape, Preprocess = task.Preprocess, Lineage = lineage };
        float[] values = await workshop.WithModelAsync(federation, record.Model, record.Cohorts, take);
        var weights = await lanes.FreeSlot.RunAsync($"publish {name}", LanePriority.Urgent, 0, _ =>
        {
            using var parameters = FederationModel.ToParameters(task, values);
            return store.Put(stream => ModelFile.Write(stream, config, parameters));
        }, default);
        await grains.Shard(Catalogue.Learngenes, name).Add(name);
        return await grains.GetGrain<ILearngeneRepositoryGrain>(name).Publish(new()
        {
            Name = name, Kind = config.Kind, Weights = weights, Config = config.Json, Preprocess = JsonSerializer.Serialize(task.Preprocess, Json.Strict),
            Parameters = task.Shape.Parameters, Job = $"federation {federation.Name}", Phase = round, Data = record.Data.Name, DataHash = record.Data.Hash,
            Settings = record.Specification!, Metrics = Metrics(evaluation),
        });
    }

    // Names are the repository's: the file says what determined its bytes, and they do not.
    private static string Anonymous(string specification)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(specification)!.AsObject();
        node.Remove("name");
        node.Remove("data");
        return node.ToJsonString();
    }

    private static Dictionary<string, double> Metrics(FederationEvaluation? e)
    {
        var metrics = new Dictionary<string, double>();
        if (e?.Global is { } global) metrics["accuracy"] = global;
        if (e?.Known is { } known) metrics["knownAccuracy"] = known;
        if (e is { Late.Count: > 0 }) metrics["lateAccuracy"] = e.Late[0];
        return metrics;
    }

    private async Task<double> EvaluateAsync(RunningFederation federation, FederationRecord record)
    {
        float[] values = await workshop.WithModelAsync(federation, record.Model, record.Cohorts, m => m.Values());
        return await lanes.FreeSlot.RunAsync($"evaluate {federation.Name}", LanePriority.Urgent, 0, turn =>
        {
            var task = federation.Task;
            using var none = TorchSharp.torch.no_grad();
            using var parameters = FederationModel.ToParameters(task, values);
            var weights = VitWeights.From(task.Shape, name => parameters[name]);
            var vit = new Vit(task.Shape);
            return Evaluator.Run(images => vit.Forward(images, weights), federation.OpenData().Test, task.Preprocess, new Breathing(turn)).Accuracy;
        }, default);
    }

    /// <summary>Looks on at an evaluation: breathes, keeps nothing.</summary>
    private sealed class Breathing(LaneTurn turn) : ITrainingWatcher
    {
        public string Owner => "federation";
        public bool CheckpointDue => false;
        public void Breathe() => turn.Breathe();
        public void OnStep(TrainingProgress progress) { }
        public void OnCheckpoint(long step, Action<Stream> write) { }
    }
}
