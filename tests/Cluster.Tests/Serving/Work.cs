using System.Text.Json.Nodes;
using Learngene.Sdk.Jobs;

namespace Learngene.Cluster.Tests.Serving;

/// <summary>Work for clusters under test.</summary>
internal static class Work
{
    /// <summary>Options of a training that takes a second or two.</summary>
    public static TrainingOptions Small(int epochs = 1, ulong seed = 1, params (string Key, JsonNode Value)[] more)
    {
        var config = new JsonObject { ["images"] = 512, ["testImages"] = 200, ["batch"] = 32 };
        foreach (var (key, value) in more) config[key] = value;
        return new() { Epochs = epochs, Seed = seed, Config = config };
    }

    /// <summary>A federation of a second or so for each three rounds: twelve hosted clients, of which two come late, in two cohorts.</summary>
    public static string Federation(string name, int rounds = 12) => $$"""
        { "name": "{{name}}", "data": "fashion", "partition": { "kind": "dirichlet", "alpha": 0.5, "clients": 12, "late": 2, "imagesPerClient": 40, "seed": 3 },
          "model": { "width": 16, "depth": 2, "heads": 1, "patch": 7 }, "method": "gene-fl", "geneFl": { "cohorts": 2 },
          "rounds": {{rounds}}, "clientsPerRound": 5, "quorum": 5, "deadline": 600, "localEpochs": 1, "batch": 10, "lr": 0.1, "seed": 3 }
        """;
}
