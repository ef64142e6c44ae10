using Learngene.Vision.Data;
using Learngene.Vision.Federation;

namespace Learngene.Vision.Tests.Federation;

public sealed class SettingsTests
{
    private const string Least = "\"name\": \"a/b\", \"data\": \"d\", \"model\": {\"width\": 32, \"depth\": 4, \"patch\": 7}";

    [Fact]
    public void The_specification_of_the_interface_is_read()
    {
        var settings = FederationSettings.Parse("""
            { "name": "fashion/fed", "data": "fashion-mnist",
              "partition": { "kind": "dirichlet", "alpha": 0.1, "clients": 100, "late": 20, "imagesPerClient": 200, "seed": 1 },
              "model": { "width": 32, "depth": 4, "heads": 2, "patch": 7 },
              "method": "gene-fl", "geneFl": { "profile": "shared-trunk", "budget": 0.5, "cohorts": 10 },
              "encoding": { "down": "int8", "up": "int4" },
              "rounds": 60, "clientsPerRound": 8, "quorum": 6, "deadline": 120, "localEpochs": 1, "batch": 20, "lr": 0.1, "seed": 1 }
            """);
        Assert.Equal(settings.ToJson(), (settings with { GeneFl = new(), Encoding = new() }).ToJson());
        Assert.Equal((1, 0.1), (settings.LocalEpochs, settings.LrOf(1)));
        Assert.Equal(80, settings.Partition.Known);
        Assert.Equal(2, settings.Shape(new ImageGeometry(1, 28, 28), 10).Heads);
    }

    [Fact]
    public void Everything_but_name_data_and_model_has_a_default_and_survives_a_round_trip()
    {
        foreach (string method in (string[])["fedavg", "fedprox", "scaffold", "gene-fl"])
        {
            string json = Parse($"\"method\": \"{method}\"").ToJson();
            Assert.Equal(json, FederationSettings.Parse(json).ToJson());
            Assert.Contains($"\"method\":\"{method}\"", json);
        }
    }

    [Fact]
    public void A_profile_sets_defaults_and_every_other_key_overrides()
    {
        var trunk = Parse("\"seed\": 1").Resolved();
        Assert.Equal((0.5, 10, GeneSelection.SharedTrunk, GeneChooser.Server, Linkage.Ward, 1, 64),
            (trunk.GeneFl.Budget, trunk.GeneFl.Cohorts, trunk.GeneFl.Selection, trunk.GeneFl.Chooser, trunk.GeneFl.Linkage, trunk.GeneFl.Signature.Vectors, trunk.GeneFl.Signature.Projection));
        Assert.Equal((PayloadEncoding.Int8, PayloadEncoding.Int4), (trunk.Encoding.Down, trunk.Encoding.Up));
        var f32 = Parse(""" "encoding": {"down": "f32", "up": "bf16"} """).Resolved();
        Assert.Equal((0.25, PayloadEncoding.Bf16), (f32.GeneFl.Budget, f32.Encoding.Up));
        var paper = Parse(""" "geneFl": {"profile": "paper", "cohorts": 5, "signature": {"projection": 32}} """).Resolved();
        Assert.Equal((0.25, 5, GeneSelection.MostStable, GeneChooser.Client, Linkage.Average, 5, 32),
            (paper.GeneFl.Budget, paper.GeneFl.Cohorts, paper.GeneFl.Selection, paper.GeneFl.Chooser, paper.GeneFl.Linkage, paper.GeneFl.Signature.Vectors, paper.GeneFl.Signature.Projection));
        Assert.Equal((PayloadEncoding.F32, TrunkRule.Cohort), (paper.Encoding.Up, paper.GeneFl.Trunk));
        Assert.Equal(PayloadEncoding.F32, Parse(""" "method": "fedavg" """).Resolved().Encoding.Up);
    }

    [Theory]
    [InlineData("\"round\": 3", "has no key 'round'; did you mean 'rounds'?")]
    [InlineData("\"geneFl\": {\"cohort\": 3}", "'geneFl' has no key 'cohort'; did you mean 'cohorts'?")]
    [InlineData("\"geneFl\": {\"signature\": {\"vector\": 3}}", "'signature' has no key 'vector'; did you mean 'vectors'?")]
    [InlineData("\"partition\": {\"known\": 3}", "'partition' has no key 'known'; did you mean '")]
    [InlineData("\"asked\": 3", "has no key 'asked'; did you mean '")]
    [InlineData("\"aggregation\": {\"rule\": \"avg\"}", "allowed are ")]
    [InlineData("\"partition\": null", "has null for 'partition'")]
    [InlineData("\"rounds\": 0", "rounds 0 is outside 1..1000000")]
    [InlineData("\"quorum\": 9", "quorum 9 is outside 1..8")]
    [InlineData("\"partition\": {\"clients\": 10, \"late\": 10}", "partition.late 10 is outside 0..9")]
    [InlineData("\"evaluation\": {\"lateEpochs\": [0, 5, 1]}", "evaluation.lateEpochs 0, 5, 1 do not ascend: 1 follows 5")]
    [InlineData("\"geneFl\": {\"selection\": \"shared-trunk\", \"chooser\": \"client\"}", "server is allowed")]
    [InlineData("\"clientsPerRound\": 1000, \"aggregation\": {\"maxSamples\": 10000}", "aggregation.maxSamples 10000 is outside 1..4194")]
    [InlineData("\"encoding\": {\"up\": \"int2\"}", "encoding.up")]
    [InlineData("\"lr\": 1e400", "lr")]
    public void What_cannot_be_is_refused_in_words(string more, string words)
    {
        var refused = Assert.Throws<InvalidInputException>(() => Parse(more));
        Assert.Contains(words, refused.Message);
    }

    [Fact]
    public void The_methods_that_a_refusal_names_are_allowed()
    {
        string sentence = Assert.Throws<InvalidInputException>(() => Parse(""" "method": "sgd" """)).Message;
        string[] allowed = sentence[(sentence.IndexOf("allowed are ", StringComparison.Ordinal) + 12)..].TrimEnd('.').Split(", ");
        Assert.Equal(["fedavg", "fedprox", "scaffold", "gene-fl"], allowed);
        Assert.All(allowed, method => Parse($"\"method\": \"{method}\""));
    }

    [Fact]
    public void What_must_be_given_is_asked_for() =>
        Assert.Contains("lacks the key 'model'", Assert.Throws<InvalidInputException>(() => FederationSettings.Parse("""{"name": "a", "data": "d"}""")).Message);

    private static FederationSettings Parse(string more) => FederationSettings.Parse("{" + Least + ", " + more + "}");
}
