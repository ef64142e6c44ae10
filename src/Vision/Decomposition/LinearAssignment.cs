namespace Learngene.Vision.Decomposition;

/// <summary>The linear assignment problem, solved exactly by shortest augmenting paths (Jonker and Volgenant 1987), O(n^3).</summary>
public static class LinearAssignment
{
    /// <summary>The column of each row, all different, with the smallest sum of costs.</summary>
    /// <param name="cost">(n, n), row after row; finite.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="breathe">Called once a row, may throw to stop.</param>
    public static int[] Solve(ReadOnlySpan<float> cost, int n, Action? breathe = null)
    {
        if (cost.Length != (long)n * n) throw new ArgumentException($"{cost.Length} costs are not {n} x {n}.", nameof(cost));
        var search = new Search(n);
        for (int row = 0; row < n; row++)
        {
            breathe?.Invoke();
            search.Assign(row, cost);
        }
        return search.ColumnOf;
    }

    // Dual prices u and v keep every reduced cost cost[i,j] - u[i] - v[j] at zero or above, and at zero where assigned.
    private sealed class Search
    {
        private readonly int _n;
        private readonly double[] _u, _v, _distance;
        private readonly int[] _rowOf, _from, _open;

        public Search(int n)
        {
            _n = n;
            (_u, _v, _distance) = (new double[n], new double[n], new double[n]);
            (ColumnOf, _rowOf, _from, _open) = (new int[n], new int[n], new int[n], new int[n]);
            Array.Fill(ColumnOf, -1);
            Array.Fill(_rowOf, -1);
        }

        public int[] ColumnOf { get; }

        public void Assign(int row, ReadOnlySpan<float> cost)
        {
            Array.Fill(_distance, double.PositiveInfinity);
            for (int j = 0; j < _n; j++) _open[j] = j;
            int open = _n, i = row, column;
            double reached = 0;
            while (true)
            {
                int at = Nearest(i, reached, open, cost);
                column = _open[at];
                reached = _distance[column];
                // Columns that were reached gather behind the open ones.
                (_open[at], _open[open - 1]) = (_open[open - 1], column);
                open--;
                if (_rowOf[column] < 0) break;
                i = _rowOf[column];
            }
            _u[row] += reached;
            for (int k = open; k < _n; k++)
            {
                int j = _open[k];
                if (_rowOf[j] >= 0) _u[_rowOf[j]] += reached - _distance[j];
                _v[j] -= reached - _distance[j];
            }
            for (int next; column >= 0; column = next)
            {
                i = _from[column];
                next = i == row ? -1 : ColumnOf[i];
                (_rowOf[column], ColumnOf[i]) = (i, column);
            }
        }

        // Lengthens the paths by row i and returns where the nearest open column stands; a free one wins a tie and ends the search.
        private int Nearest(int i, double reached, int open, ReadOnlySpan<float> cost)
        {
            var costs = cost.Slice(i * _n, _n);
            double offset = reached - _u[i], least = double.PositiveInfinity;
            int nearest = 0;
            for (int k = 0; k < open; k++)
            {
                int j = _open[k];
                double length = offset + costs[j] - _v[j];
                if (length < _distance[j]) (_distance[j], _from[j]) = (length, i);
                if (_distance[j] < least || (_distance[j] == least && _rowOf[j] < 0)) (least, nearest) = (_distance[j], k);
            }
            return nearest;
        }
    }
}
