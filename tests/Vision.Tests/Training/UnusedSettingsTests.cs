using System.Text.Json;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Training;

/// <summary>Settings that came later are written down only where they are used: without them a run is stored as it was before there were any.</summary>
public sealed class UnusedSettingsTests
{
    private const string Training = "\"epochs\":";

    public static TheoryData<string, Type> Unused => new()
    {
        { "{}", typeof(TrainSettings) }, { """{"featureWeight":0}""", typeof(TrainSettings) },
        { """{"learngeneWidth":8,"rank":null}""", typeof(LetsSettings) }, { """{"sampling":"uniform","componentWidth":null,"featureWeight":0}""", typeof(DecompositionSettings) },
        { """{"only":"all","steps":null}""", typeof(FinetuneSettings) }, { "{}", typeof(DecomposeSettings) },
    };

    [Theory, MemberData(nameof(Unused))]
    public void A_default_is_not_written_down(string given, Type type)
    {
        string written = JsonSerializer.Serialize(JsonSerializer.Deserialize(given, type, Json.Strict), type, Json.Strict);
        Assert.Contains(Training, written);
        foreach (string key in (string[])["featureWeight", "rank", "only", "steps", "componentWidth", "limit", "workers", "outer"])
            Assert.DoesNotContain($"\"{key}", written);
        if (type == typeof(DecompositionSettings)) Assert.DoesNotContain("sampling\"", written);
    }

    [Theory]
    [InlineData("""{"featureWeight":2.5}""", typeof(TrainSettings)), InlineData("""{"rank":8}""", typeof(LetsSettings))]
    [InlineData("""{"sampling":"small"}""", typeof(DecompositionSettings)), InlineData("""{"only":"norms"}""", typeof(FinetuneSettings)), InlineData("""{"steps":300}""", typeof(FinetuneSettings))]
    public void What_is_used_is(string given, Type type) =>
        Assert.Contains(given[1..^1], JsonSerializer.Serialize(JsonSerializer.Deserialize(given, type, Json.Strict), type, Json.Strict));

    [Fact]
    public void The_shape_of_full_matrices_does_not_mention_a_rank()
    {
        var shape = new LetsShape { Learngene = Tests.Lets.LetsSample.Vit(8, 4, 4), Auxiliary = Tests.Lets.LetsSample.Vit(16, 8, 4) };
        Assert.DoesNotContain("rank", shape.ToJson());
        Assert.EndsWith(",\"rank\":3}", (shape with { Rank = 3 }).ToJson());
        Assert.Equal(shape.Auxiliary.Parameters, shape.Generated);
        Assert.True((shape with { Rank = 3 }).Generated > shape.Generated);
    }

    [Theory]
    [InlineData("sampling", SizeSampling.Small, null), InlineData("minWidth", SizeSampling.Uniform, 8)]
    public void What_only_sampling_draws_is_refused_without_it(string named, SizeSampling sampling, int? minWidth)
    {
        var settings = new DecompositionSettings { Training = DecompositionTraining.Together, Sampling = sampling, MinWidth = minWidth, ComponentWidth = 8 };
        Assert.Contains(named, Assert.Throws<InvalidInputException>(settings.Validate).Message);
        (settings with { Training = DecompositionTraining.Sampled }).Validate();
    }
}
