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
}
