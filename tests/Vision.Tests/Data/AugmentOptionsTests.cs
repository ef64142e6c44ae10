using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

public sealed class AugmentOptionsTests
{
    private static readonly ImageGeometry Small = new(1, 8, 6);

    public static TheoryData<AugmentOptions, string> Wrong => new()
    {
        { new() { CropPadding = -1 }, "AugmentOptions.CropPadding is -1; 0 (off) to 5 pixels" },
        { new() { CropPadding = 6 }, "CropPadding is 6" },
        { new() { RandomErasing = 1.1 }, "RandomErasing is 1.1; a probability of 0 (off) to 1" },
        { new() { RandomErasing = double.NaN }, "RandomErasing is NaN" },
        { new() { Mixup = 0.001 }, "Mixup is 0.001; 0 (off) or an alpha of 0.01 to 100" },
        { new() { Mixup = double.PositiveInfinity }, "Mixup is Infinity" },
        { new() { Cutmix = -1 }, "Cutmix is -1" },
        { new() { RandAugmentOps = 11 }, "RandAugmentOps is 11; 0 (off) to 10" },
        { new() { RandAugmentMagnitude = 11 }, "RandAugmentMagnitude is 11; 0 to 10" },
        { new() { ColorJitter = 2 }, "ColorJitter is 2; 0 (off) to 1" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_is_refused_in_words(AugmentOptions options, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => options.Check(Small)).Message);

    [Fact]
    public void None_is_the_default_and_allowed()
    {
        AugmentOptions.None.Check(Small);
        Assert.Equal(new AugmentOptions(), AugmentOptions.None);
    }
}
