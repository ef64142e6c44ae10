using System.Text.Json.Nodes;

namespace Learngene.Grains.Tests.Federation;

/// <summary>Specifications of federations that take seconds.</summary>
internal static class Specifications
{
    /// <summary>Twelve clients of forty images, nine of them known, three asked a round; differences are laid over it.</summary>
    public static string Small(string name, string method = "gene-fl", int rounds = 4, params (string Key, JsonNode? Value)[] more)
    {
        var specification = new JsonObject
        {
            ["name"] = name, ["data"] = "fashion", ["method"] = method, ["rounds"] = rounds, ["clientsPerRound"] = 3, ["batch"] = 10, ["lr"] = 0.05,
            ["partition"] = new JsonObject { ["kind"] = "dirichlet", ["alpha"] = 0.3, ["clients"] = 12, ["late"] = 3, ["imagesPerClient"] = 40 },
            ["model"] = new JsonObject { ["width"] = 16, ["depth"] = 2, ["heads"] = 1, ["patch"] = 7 },
            ["evaluation"] = new JsonObject { ["lateEpochs"] = new JsonArray(0, 1), ["fineTuneEpochs"] = new JsonArray(1) },
        };
        if (method == "gene-fl") specification["geneFl"] = new JsonObject { ["cohorts"] = 2 };
        foreach (var (key, value) in more) specification[key] = value;
        return specification.ToJsonString();
    }
}
