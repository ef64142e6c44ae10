using System.Text;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using TorchSharp;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class DecompositionFileTests
{
    [Fact]
    public void A_file_comes_back_as_it_was_and_is_written_the_same_again()
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 6, 3, token: true) with { Basis = Basis.Legendre, Nodes = Nodes.Chebyshev, OrderOffset = 1 });
        using var file = SafetensorsFile.Open(sample.Path);
        var config = ModelConfig.Read(file);
        Assert.Equal(("decomposition", sample.Shape, sample.Shape.Vit), (config.Kind, config.Decomposition, config.Vit));
        Assert.Contains("components.2.mlp.fc1.weight", file.Tensors.Keys);
        Assert.DoesNotContain(file.Tensors.Keys, k => k.StartsWith("blocks.", StringComparison.Ordinal) || k.Contains('*'));
        Assert.EndsWith(",\"components\":3,\"basis\":\"legendre\",\"nodes\":\"chebyshev\",\"orderOffset\":1}", sample.Shape.ToJson());
        byte[] Bytes(Action<Stream> write)
        {
            using var stream = new MemoryStream();
            write(stream);
            return stream.ToArray();
        }
        Assert.Equal(File.ReadAllBytes(sample.Path), Bytes(s => ModelFile.WriteDecomposition(s, config, name => sample.Parameters[name])));
        Assert.Equal(File.ReadAllBytes(sample.Path), Bytes(s => ModelFile.Rewrite(file, config, s)));
    }

    [Fact]
    public void The_first_components_make_a_file_of_their_own()
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 6, 3));
        using var folder = new TempFolder();
        var first = sample.Shape with { Components = 2 };
        using (var stream = File.Create(folder["two"]))
            ModelFile.WriteDecomposition(stream, sample.Config with { Decomposition = first }, name => sample.Parameters[name]);
        using var file = SafetensorsFile.Open(folder["two"]);
        ModelFile.Check(file, ModelConfig.Read(file));
        using var read = ModelFile.ReadDecomposition(file, first);
        Assert.Equal(sample.Parameters["components.*.attn.proj.weight"].narrow(0, 0, 2).data<float>().ToArray(), read["components.*.attn.proj.weight"].data<float>().ToArray());
    }

    [Theory]
    [InlineData("\"components\":3", "\"components\":4", "'components.3.norm1.weight'", "missing")]
    [InlineData("\"components\":3", "\"components\":2", "'components.2.", "does not belong")]
    [InlineData("\"components\":3", "\"components\":0", "components 0", "1..256")]
    [InlineData("\"components\":3", "\"component\":33", "'component'", "'components'")]
    [InlineData("\"chebyshev\"", "\"hermite11\"", "learngene.config", "basis")]
    [InlineData("\"orderOffset\":0", "\"orderOffset\":2", "orderOffset 2", "0 and 1")]
    [InlineData("\"embed_dim\":8", "\"embed_dim\":4", "(1, 4, 8)", "(1, 4, 4)")]
    [InlineData("\"decomposition\"", "\"recomposition\"", "'recomposition'", "vit, lets, decomposition and wave")]
    public void A_file_that_contradicts_itself_is_refused(string from, string to, string value, string allowed)
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 6, 3));
        using var folder = new TempFolder();
        string Escaped(string s) => from is "\"decomposition\"" ? s : s.Replace("\"", "\\\"");
        string bytes = Encoding.Latin1.GetString(File.ReadAllBytes(sample.Path));
        Assert.Contains(Escaped(from), bytes);
        File.WriteAllBytes(folder["bad"], Encoding.Latin1.GetBytes(bytes.Replace(Escaped(from), Escaped(to))));
        using var file = SafetensorsFile.Open(folder["bad"]);
        string message = Assert.Throws<InvalidInputException>(() => ModelFile.Check(file, ModelConfig.Read(file))).Message;
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
    }

    [Theory]
    [InlineData(0, 2, "depth 0", "1..256"), InlineData(257, 2, "depth 257", "1..256"), InlineData(4, 0, "components 0", "1..3"), InlineData(4, 4, "components 4", "1..3")]
    public void A_descendant_that_is_not_to_be_had_is_refused(int depth, int components, string value, string allowed)
    {
        string message = Assert.Throws<InvalidInputException>(() => DecompositionSample.Of(8, 6, 3).Descendant(new(8, depth, components))).Message;
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
    }
}
