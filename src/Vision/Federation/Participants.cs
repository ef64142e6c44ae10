namespace Learngene.Vision.Federation;

/// <summary>Who is asked in a round.</summary>
public static class Participants
{
    /// <summary><paramref name="count"/> different ones of <paramref name="clients"/>, ascending; all where there are fewer.</summary>
    public static int[] Choose(ulong seed, int round, int clients, int count) => throw new NotImplementedException();
}
