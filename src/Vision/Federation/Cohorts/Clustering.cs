namespace Learngene.Vision.Federation;

/// <summary>Agglomerative clustering of clients into cohorts.</summary>
public static class Clustering
{
    /// <summary>Joins the two nearest groups until there are few enough.</summary>
    /// <param name="distances">Symmetric (n, n).</param><param name="cohorts">How many are left at most.</param><param name="linkage">How groups are compared.</param>
    /// <param name="threshold">Groups farther apart are not joined unless there are more than <paramref name="cohorts"/>; null joins until there are as many.</param>
    /// <returns>The cohort of each, numbered in the order of their first members.</returns>
    public static int[] Agglomerate(double[,] distances, int cohorts, Linkage linkage, double? threshold = null) => throw new NotImplementedException();

    /// <summary>The cohorts of signed clients.</summary>
    public static int[] Of(IReadOnlyList<Signature> signatures, GeneFlSettings settings) => throw new NotImplementedException();

    /// <summary>The cohort with the smallest mean distance of its members to a newcomer.</summary>
    /// <param name="newcomer">Its signature.</param><param name="signatures">Of the clients that have a cohort.</param><param name="cohorts">Their cohorts.</param>
    public static int Nearest(Signature newcomer, IReadOnlyList<Signature> signatures, IReadOnlyList<int> cohorts) => throw new NotImplementedException();
}
