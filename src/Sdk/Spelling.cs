namespace Learngene.Sdk;

/// <summary>What was probably meant.</summary>
public static class Spelling
{
    private const int Longest = 64;

    /// <summary>The candidate with the smallest edit distance to <paramref name="word"/>, whatever the case; empty where there is none.</summary>
    public static string Nearest(string word, IEnumerable<string> candidates) => candidates.MinBy(c => Distance(word, c)) ?? "";

    private static int Distance(string a, string b)
    {
        a = a[..Math.Min(a.Length, Longest)].ToLowerInvariant();
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == char.ToLowerInvariant(b[j - 1]) ? 0 : 1)));
        }
        return row[^1];
    }
}
