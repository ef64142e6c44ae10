using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;

namespace Learngene.Vision.Tests;

public sealed class JsonTests
{
    [Theory]
    [InlineData("{\"basis\":\"hermite\"}", "settings has \"hermite\" at 'basis'; allowed are chebyshev, taylor, legendre, fourier.")]
    [InlineData("{\"precision\":\"fp16\"}", "settings has \"fp16\" at 'precision'; allowed are fp32, bf16.")]
    [InlineData("{\"components\":[1,\"x\"]}", "settings has \"x\" at 'components[1]'; allowed is a whole number.")]
    [InlineData("{\"epochs\":1.5}", "settings has 1.5 at 'epochs'; allowed is a whole number.")]
    [InlineData("{\"lr\":\"fast\"}", "settings has \"fast\" at 'lr'; allowed is a number.")]
    [InlineData("{\"flip\":1}", "settings has 1 at 'flip'; allowed are true and false.")]
    [InlineData("{\"distillationAlpha\":true}", "settings has true at 'distillationAlpha'; allowed is a number.")]
    [InlineData("{\"epoch\":1}", "settings has no key 'epoch'; did you mean 'epochs'?")]
    [InlineData("[1]", "settings must be a JSON object, not array.")]
    public void What_settings_cannot_mean_is_refused_with_place_value_and_what_is_allowed(string json, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidInputException>(() => Json.Parse<DecompositionSettings>(json, "settings")).Message);

    [Theory]
    [InlineData("{\"vit\":null,\"components\":3,\"basis\":\"chebyshev\"}", "learngene.config lacks 'nodes', 'orderOffset'.")]
    [InlineData("{\"vit\":{\"embed_dim\":\"wide\"}}", "learngene.config has \"wide\" at 'vit.embed_dim'; allowed is a whole number.")]
    [InlineData("{\"vit\":{\"head_dim\":8}}", "learngene.config at 'vit' has no key 'head_dim'; did you mean 'embed_dim'?")]
    [InlineData("{\"vit\":{\"flops\":1}}", "learngene.config at 'vit' has no key 'flops'; did you mean 'depth'?")]
    [InlineData("{\"largest\":\"x\"}", "learngene.config has no key 'largest'; did you mean 'basis'?")]
    [InlineData("{\"vit\":{\"embed_dims\":8}}", "learngene.config at 'vit' has no key 'embed_dims'; did you mean 'embed_dim'?")]
    public void What_a_file_says_of_itself_is_refused_alike(string json, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidInputException>(() => Json.Parse<DecompositionShape>(json, "learngene.config")).Message);

    [Fact]
    public void A_long_value_is_cut() =>
        Assert.InRange(Assert.Throws<InvalidInputException>(() => Json.Parse<LetsSettings>($$"""{"lr":"{{new string('x', 500)}}"}""", "settings")).Message.Length, 60, 150);
}
