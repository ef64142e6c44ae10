namespace Learngene.Vision;

/// <summary>Independent seeds from one: what is drawn depends on the job's seed and on what for, never on the order of the draws.</summary>
public static class Seeds
{
    /// <summary>A seed for one purpose (SplitMix64's finaliser over the parts).</summary>
    public static ulong Derive(ulong seed, params ReadOnlySpan<ulong> parts)
    {
        ulong state = Mix(seed + 0x9E3779B97F4A7C15);
        foreach (ulong part in parts) state = Mix(state ^ Mix(part + 0x9E3779B97F4A7C15));
        return state;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
