namespace Learngene.Grains.Weights;

/// <summary>Tells a full disk from other trouble.</summary>
internal static class FullDisk
{
    private const int DiskFull = unchecked((int)0x80070070), NoSpace = 28;

    public static bool IsDiskFull(this IOException e) => e.HResult is DiskFull or NoSpace || e.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
