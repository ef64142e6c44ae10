using Learngene.Vision.Decomposition;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class LinearAssignmentTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7)]
    public void No_permutation_is_cheaper(int n)
    {
        var random = new Random(n);
        for (int trial = 0; trial < 40; trial++)
        {
            // Every other time whole numbers, so that many permutations tie.
            float[] cost = [.. Enumerable.Range(0, n * n).Select(_ => trial % 2 == 0 ? (float)(random.NextDouble() * 2 - 1) : random.Next(3))];
            int[] found = LinearAssignment.Solve(cost, n);
            Assert.Equal(Enumerable.Range(0, n), found.Order());
            Assert.Equal(Permutations(n).Min(p => Cost(cost, p)), Cost(cost, found), 1e-5);
        }
    }

    [Fact(Timeout = 60_000)]
    public Task A_hidden_permutation_is_found_among_many_neurons() => Data.Within.OneMinute(() =>
    {
        const int N = 600;
        var random = new Random(5);
        int[] hidden = [.. Enumerable.Range(0, N)];
        random.Shuffle(hidden);
        var cost = new float[N * N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                cost[i * N + j] = (float)(random.NextDouble() - (hidden[i] == j ? 1.5 : 0));
        int breaths = 0;
        Assert.Equal(hidden, LinearAssignment.Solve(cost, N, () => breaths++));
        Assert.Equal(N, breaths);
        Assert.Throws<OperationCanceledException>(() => LinearAssignment.Solve(cost, N, () => throw new OperationCanceledException()));
    });

    private static double Cost(float[] cost, int[] permutation) => permutation.Select((j, i) => (double)cost[i * permutation.Length + j]).Sum();

    private static IEnumerable<int[]> Permutations(int n) => n == 0
        ? [[]]
        : Permutations(n - 1).SelectMany(p => Enumerable.Range(0, n).Select(at => (int[])[.. p[..at], n - 1, .. p[at..]]));
}
