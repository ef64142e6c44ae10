namespace Learngene.Vision.Data;

/// <summary>
/// How training images are varied, in the order of application: flip, crop, RandAugment, colour jitter, normalisation, erasing, then mixup or cutmix.
/// Everything is off by default.
/// </summary>
public sealed record AugmentOptions
{
    /// <summary>Nothing at all: for evaluation.</summary>
    public static AugmentOptions None { get; } = new();

    /// <summary>Mirror left and right with probability one half. Default false.</summary>
    public bool Flip { get; init; }

    /// <summary>Pixels of black put around the image before a random crop of the original size, 0 (off) to below the shorter side. Default 0; 4 is usual for 32 x 32.</summary>
    public int CropPadding { get; init; }

    /// <summary>Probability of replacing one random rectangle (2 % to a third of the area) by normal noise, 0 (off) to 1. Default 0; 0.25 is usual.</summary>
    public double RandomErasing { get; init; }

    /// <summary>Alpha of mixup's Beta(alpha, alpha), 0 (off) or 0.01 to 100. Default 0; 0.8 is usual. With cutmix, one of both is chosen for each batch, evenly.</summary>
    public double Mixup { get; init; }

    /// <summary>Alpha of cutmix's Beta(alpha, alpha), 0 (off) or 0.01 to 100. Default 0; 1 is usual.</summary>
    public double Cutmix { get; init; }

    /// <summary>RandAugment operations applied to each image, 0 (off) to 10. Default 0; 2 is usual.</summary>
    public int RandAugmentOps { get; init; }

    /// <summary>Strength of RandAugment's operations, 0 (those with a strength do nothing) to 10. Default 9.</summary>
    public int RandAugmentMagnitude { get; init; } = 9;

    /// <summary>Brightness, contrast and saturation are each scaled by 1 - x to 1 + x, 0 (off) to 1. Default 0; 0.4 is usual.</summary>
    public double ColorJitter { get; init; }

    /// <summary>Whether an image comes in no more than two forms: as it is, and mirrored.</summary>
    public bool MirrorsAtMost => CropPadding == 0 && RandomErasing == 0 && Mixup == 0 && Cutmix == 0 && RandAugmentOps == 0 && ColorJitter == 0;

    /// <summary>Refuses values out of range, in words.</summary>
    /// <param name="geometry">The images they are for.</param>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which, and what is allowed.</exception>
    public void Check(ImageGeometry geometry)
    {
        var side = Math.Min(geometry.Height, geometry.Width);
        Require(CropPadding >= 0 && CropPadding < side, nameof(CropPadding), CropPadding, $"0 (off) to {side - 1} pixels is allowed for images of {geometry}");
        Require(RandomErasing is >= 0 and <= 1, nameof(RandomErasing), RandomErasing, "a probability of 0 (off) to 1 is allowed");
        Require(Mixup is 0 or (>= 0.01 and <= 100), nameof(Mixup), Mixup, "0 (off) or an alpha of 0.01 to 100 is allowed");
        Require(Cutmix is 0 or (>= 0.01 and <= 100), nameof(Cutmix), Cutmix, "0 (off) or an alpha of 0.01 to 100 is allowed");
        Require(RandAugmentOps is >= 0 and <= 10, nameof(RandAugmentOps), RandAugmentOps, "0 (off) to 10 operations are allowed");
        Require(RandAugmentMagnitude is >= 0 and <= 10, nameof(RandAugmentMagnitude), RandAugmentMagnitude, "0 to 10 is allowed");
        Require(ColorJitter is >= 0 and <= 1, nameof(ColorJitter), ColorJitter, "0 (off) to 1 is allowed");
    }

    private static void Require(bool ok, string name, double value, string allowed)
    {
        if (!ok)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(AugmentOptions)}.{name} is {value}; {allowed}."), name);
    }
}
