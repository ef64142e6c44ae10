using System.Text.Json;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class DecompositionSettingsTests
{
    [Theory]
    [InlineData("{}", 1, DistillationScale.Classes), InlineData("""{"training":"phases"}""", 0.5, DistillationScale.Batch)]
    [InlineData("""{"training":"together"}""", 0.5, DistillationScale.Batch)]
    [InlineData("""{"training":"phases","distillationAlpha":1,"distillationMean":"classes"}""", 1, DistillationScale.Classes)]
    [InlineData("""{"training":"sampled","distillationAlpha":0.25,"distillationMean":"batch"}""", 0.25, DistillationScale.Batch)]
    public void The_loss_is_the_forms_own_unless_it_is_given(string json, double alpha, DistillationScale mean)
    {
        var resolved = Json.Parse<DecompositionSettings>(json, "settings").Resolved(LetsSample.Vit(32, 12, 16));
        TrainingOptions options = resolved;
        Assert.Equal((alpha, mean), (options.DistillationAlpha, options.DistillationMean));
        string written = JsonSerializer.Serialize(resolved, Json.Strict);
        Assert.Equal(written, JsonSerializer.Serialize(Json.Parse<DecompositionSettings>(written, "settings").Resolved(null), Json.Strict));
        Assert.Single(written.Split("\"distillationAlpha\"")[1..]);
    }

    [Fact]
    public void What_is_not_given_is_the_ancestry_models()
    {
        var ancestry = LetsSample.Vit(32, 12, 8, token: true, qkvBias: false);
        var shape = new DecompositionSettings().Shape(ancestry);
        Assert.Equal(ancestry, shape.Vit);
        Assert.Equal((12, Basis.Chebyshev, Nodes.Paper, 0), (shape.Components, shape.Basis, shape.Nodes, shape.OrderOffset));
        Assert.Equal([1, 2, 4, 8, 12], new DecompositionSettings().Resolved(ancestry).Components!);
        Assert.Equal([1, 2, 4, 8], new DecompositionSettings { Depth = 8 }.Resolved(ancestry).Components!);
        Assert.Equal([1], new DecompositionSettings { Depth = 1 }.Resolved(ancestry).Components!);
        var other = new DecompositionSettings { Width = 64, Depth = 6, Patch = 2, Components = [2, 5] }.Shape(ancestry);
        Assert.Equal((64, 6, 4, 2, 5), (other.Vit.Width, other.Vit.Depth, other.Vit.Heads, other.Vit.PatchSize, other.Components));
        var alone = new DecompositionSettings { Width = 32, Depth = 4, Patch = 7 }.Shape(28, 1, 10);
        Assert.Equal((28, 1, 10, "avg", 4), (alone.Vit.ImageSize, alone.Vit.Channels, alone.Vit.Classes, alone.Vit.Pool, alone.Components));
    }

    [Theory]
    [InlineData("""{"components":[1,4,4]}""", "4 follows 4"), InlineData("""{"components":[]}""", "empty"), InlineData("""{"components":[0]}""", "1..256")]
    [InlineData("""{"orderOffset":2}""", "orderOffset 2 is outside 0..1"), InlineData("""{"minDepth":0}""", "minDepth 0"), InlineData("""{"basis":"hermite"}""", "basis")]
    [InlineData("""{"distillationAlpha":2}""", "distillationAlpha 2 is outside 0..1"), InlineData("""{"depth":300}""", "1..256"), InlineData("""{"heads":5}""", "heads 5")]
    public void A_setting_that_cannot_be_is_refused(string json, string says) =>
        Assert.Contains(says, Assert.Throws<InvalidInputException>(() => Json.Parse<DecompositionSettings>(json, "settings").Shape(LetsSample.Vit(32, 12, 8))).Message);

    [Fact]
    public void Without_an_ancestry_model_the_size_must_be_given() =>
        Assert.Contains("depth is missing", Assert.Throws<InvalidInputException>(() => new DecompositionSettings { Width = 32, Patch = 4 }.Shape(28, 1, 10)).Message);

    [Fact]
    public void The_batchs_mean_of_the_distillation_is_that_of_classes_times_their_number()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor student = empty(4, 5).normal_(0, 1, generator), teacher = empty(4, 5).normal_(0, 1, generator);
        double classes = Objective.SoftDistillation(student, teacher, 2).item<float>();
        Assert.Equal(5 * classes, Objective.SoftDistillation(student, teacher, 2, DistillationScale.Batch).item<float>(), 1e-5);
    }
}
