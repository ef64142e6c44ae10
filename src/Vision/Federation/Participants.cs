using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>Who is asked in a round.</summary>
public static class Participants
{
    /// <summary><paramref name="count"/> different ones of <paramref name="clients"/>, ascending; all where there are fewer.</summary>
    public static int[] Choose(ulong seed, int round, int clients, int count)
    {
        var draws = new Draws(Seeds.Derive(seed, Purpose.Participants, (ulong)round), DrawPurpose.Subset, 0, 0);
        var chosen = new SortedSet<int>();
        // Floyd's: as many draws as are chosen, every subset equally likely.
        for (int last = clients - Math.Min(count, clients); last < clients; last++)
            if (!chosen.Add(draws.Below(last + 1))) chosen.Add(last);
        return [.. chosen];
    }
}
