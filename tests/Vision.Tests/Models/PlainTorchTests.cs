using System.Globalization;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Models;

/// <summary>Our files in PyTorch, by python/plain_vit.py.</summary>
public sealed class PlainTorchTests
{
    [PlainTorchFact(Timeout = 120_000)]
    public Task Descendants_load_into_plain_pytorch_by_name_and_have_the_same_logits() => Within.Minutes(2, () =>
    {
        foreach (bool token in (bool[])[false, true])
        {
            using var sample = LetsSample.Of(16, 4, 32, 8, 8, token, qkvBias: !token);
            var selection = sample.Choose(SelectionRule.Step, 24, DepthList.For(4, 5));
            using var none = no_grad();
            using var scope = NewDisposeScope();
            AssertSameInPython(sample.Shape.Descendant(24, 5), sample.Expand(selection), TensorType.F32, 1e-4);
        }
    });

    [PlainTorchFact(Timeout = 120_000)]
    public Task Half_precision_files_are_read_by_pytorch_as_we_read_them() => Within.Minutes(2, () =>
    {
        var shape = LetsSample.Vit(16, 2, 8, classes: 4, channels: 1);
        foreach (var type in (TensorType[])[TensorType.F16, TensorType.BF16])
        {
            using var none = no_grad();
            using var scope = NewDisposeScope();
            using var parameters = VitInit.Create(shape, 2);
            LetsSample.AddNoise(parameters, 2, 0.2);
            AssertSameInPython(shape, VitWeights.From(shape, name => parameters[name]), type, 1e-4);
        }
    });

    // Our logits are those of the file read back, so that rounding to half precision is on both sides.
    private static void AssertSameInPython(VitShape shape, VitWeights weights, TensorType type, double tolerance)
    {
        using var folder = new TempFolder();
        using (var stream = File.Create(folder["vit.safetensors"]))
            ModelFile.WriteVit(stream, new() { Kind = "vit", Vit = shape }, weights, type);
        var images = VitForwardTests.Images(6, shape.Channels, shape.ImageSize);
        File.WriteAllBytes(folder["images.raw"], images.bytes.ToArray());
        using var file = SafetensorsFile.Open(folder["vit.safetensors"]);
        using var read = ModelFile.ReadVit(file, ModelConfig.Read(file).Vit);
        float[] ours = new Vit(shape).Forward(images, VitWeights.From(shape, name => read[name])).contiguous().data<float>().ToArray();

        var (code, output, error) = PlainTorchFactAttribute.Run(PlainTorchFactAttribute.Python!, TimeSpan.FromSeconds(60),
            Script, folder["vit.safetensors"], folder["images.raw"]);
        Assert.True(code == 0, error);
        double[] theirs = [.. output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(x => double.Parse(x, CultureInfo.InvariantCulture))];
        Assert.Equal(ours.Length, theirs.Length);
        for (int i = 0; i < ours.Length; i++)
            Assert.True(Math.Abs(ours[i] - theirs[i]) <= tolerance * Math.Max(1, Math.Abs(theirs[i])), $"logit {i}: {ours[i]} for {theirs[i]}");
    }

    private static string Script => Path.Combine(AppContext.BaseDirectory, "python", "plain_vit.py");
}
