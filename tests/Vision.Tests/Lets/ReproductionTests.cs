using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Models;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

public sealed class ReproductionTests
{
    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task The_full_size_as_a_file_has_the_auxiliary_models_logits_bit_for_bit(bool token) => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 24, 8, 4, token);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = VitForwardTests.Images(5, 2, 6);
        byte[] auxiliary = Bits(new LetsTrainable(sample.Shape, sample.Parameters, new LetsSettings()).Predictor()(images));
        foreach (var rule in Enum.GetValues<SelectionRule>())
            Assert.Equal(auxiliary, Bits(FromFile(sample, sample.Choose(rule, 24, [0, 0, 1, 1, 2, 2, 3, 3]), images)));
        var paper = new LetsTrainable(sample.Shape, sample.Parameters, new LetsSettings { Stage1 = Stage1.Paper });
        Assert.Equal(auxiliary, Bits(paper.Train(images, step: 9).Logits));
    });

    [Fact(Timeout = 60_000)]
    public Task A_learngene_survives_its_file_bit_for_bit_and_equal_work_gives_equal_bytes() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 16, 8, 4, token: true);
        byte[] Written(ParameterSet parameters)
        {
            using var stream = new MemoryStream();
            ModelFile.WriteLets(stream, new() { Kind = "lets", Vit = sample.Shape.Auxiliary, Lets = sample.Shape }, parameters);
            return stream.ToArray();
        }
        using var folder = new TempFolder();
        byte[] first = Written(sample.Parameters);
        File.WriteAllBytes(folder["again"], first);
        using var file = SafetensorsFile.Open(folder["again"]);
        using var again = ModelFile.ReadLets(file, sample.Shape);
        Assert.Equal(first, Written(again));
    });

    [Fact(Timeout = 60_000)]
    public Task A_file_has_the_keys_and_shapes_that_the_interface_promises() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 24, 8, 4, token: true);
        var shapes = sample.Read.ToDictionary(t => t.Key, t => string.Join(",", t.Value.Shape));
        Assert.Equal("1,5,24", shapes["pos_embed"]);
        Assert.Equal("1,1,8", shapes["cls_token"]);
        Assert.Equal(("16,8", "16,8"), (shapes["F.emb"], shapes["F.cls"]));
        for (int l = 0; l < 4; l++)
            Assert.Equal(("16,8", "16,8", "16,8", "64,32"), (shapes[$"F.q.{l}"], shapes[$"F.k.{l}"], shapes[$"F.v.{l}"], shapes[$"F.ffn.{l}"]));
        Assert.Equal(("4,8,2", "4,8,2"), (shapes["G.weight"], shapes["G.bias"]));
        Assert.Equal("8,2,3,3", shapes["patch_embed.proj.weight"]);
        Assert.Equal("24,8", shapes["blocks.3.attn.qkv.weight"]);
        Assert.Equal(8 + 12 * 4 + 2 + 4 * 4 + 2, shapes.Count);
    });

    private static Tensor FromFile(LetsSample sample, Selection selection, Tensor images)
    {
        using var folder = new TempFolder();
        sample.WriteDescendant(selection, folder["vit"]);
        using var file = SafetensorsFile.Open(folder["vit"]);
        var shape = ModelConfig.Read(file).Vit;
        using var parameters = ModelFile.ReadVit(file, shape);
        return new Vit(shape).Forward(images, VitWeights.From(shape, name => parameters[name]));
    }

    private static VitShape ModelFile_Shape(SafetensorsFile file) => ModelConfig.Read(file).Vit;

    private static byte[] Bits(Tensor logits) => logits.contiguous().bytes.ToArray();
}
