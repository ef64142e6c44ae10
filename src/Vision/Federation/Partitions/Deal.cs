using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>The rules by which images are dealt.</summary>
internal static class Deal
{
    private const int Least = 5;

    /// <summary>Images of each client.</summary>
    public static int[] Sizes(PartitionSettings settings, int images)
    {
        int mean = settings.ImagesPerClient > 0 ? settings.ImagesPerClient : images / settings.Clients;
        if (mean < Least) throw new InvalidInputException($"partition.clients {settings.Clients} leaves {mean} of {images} images to each; at least {Least} are needed.");
        if (settings.QuantitySkew == 0) return [.. Enumerable.Repeat(mean, settings.Clients)];
        var draws = Draws(settings, client: -1);
        double[] weights = [.. Enumerable.Range(0, settings.Clients).Select(_ => Math.Exp(settings.QuantitySkew * draws.Normal()))];
        double scale = mean / weights.Average();
        return [.. weights.Select(w => Math.Max(Least, (int)Math.Round(w * scale)))];
    }

    /// <summary>The images of each client.</summary>
    public static int[][] Run(PartitionSettings settings, int[] sizes, LabelStock stock)
    {
        int[] labels = [.. Enumerable.Range(0, stock.Sizes.Count).Where(l => stock.Sizes[l] > 0)];
        var hands = settings.Kind == PartitionKind.Labels ? Hands(settings, labels) : null;
        var dealt = new int[sizes.Length][];
        for (int client = 0; client < sizes.Length; client++)
        {
            var draws = Draws(settings, client);
            double[] shares = settings.Kind switch
            {
                PartitionKind.Iid => [.. labels.Select(l => (double)stock.Sizes[l])],
                PartitionKind.Dirichlet => Dirichlet(settings.Alpha, labels.Length, ref draws),
                _ => [.. labels.Select(l => hands![client].Contains(l) ? 1.0 : 0)],
            };
            int[] counts = Apportion(shares, sizes[client]);
            var images = new List<int>();
            for (int l = 0; l < labels.Length; l++) stock.Take(labels[l], counts[l], images);
            int[] order = LocalTraining.Shuffled(images.Count, draws.Next());
            dealt[client] = [.. order.Select(i => images[i])];
        }
        return dealt;
    }

    /// <summary>A total in proportion to shares: whole numbers, the rest to the largest remainders.</summary>
    internal static int[] Apportion(double[] shares, int total)
    {
        double sum = shares.Sum();
        double[] exact = [.. shares.Select(s => s / sum * total)];
        int[] counts = [.. exact.Select(e => (int)e)];
        foreach (int i in Enumerable.Range(0, shares.Length).OrderByDescending(i => exact[i] - counts[i]).Take(total - counts.Sum())) counts[i]++;
        return counts;
    }

    // Gamma variables over their sum, in logarithms: a small alpha's underflow.
    private static double[] Dirichlet(double alpha, int count, ref Draws draws)
    {
        var logs = new double[count];
        for (int i = 0; i < count; i++) logs[i] = draws.LogGamma(alpha);
        double most = logs.Max();
        return [.. logs.Select(l => Math.Exp(l - most))];
    }

    // Labels go round in shuffled decks, so that all are had by about as many clients.
    private static HashSet<int>[] Hands(PartitionSettings settings, int[] labels)
    {
        var hands = new HashSet<int>[settings.Clients];
        var deck = new List<int>();
        int shuffles = 0, most = Math.Min(settings.LabelsPerClient, labels.Length);
        for (int client = 0; client < hands.Length; client++)
        {
            hands[client] = [];
            while (hands[client].Count < most)
            {
                int at = deck.FindIndex(l => !hands[client].Contains(l));
                if (at < 0)
                {
                    int[] order = LocalTraining.Shuffled(labels.Length, Seeds.Derive(settings.Seed, Purpose.Deal, (ulong)shuffles++));
                    deck.AddRange(order.Select(i => labels[i]));
                    continue;
                }
                hands[client].Add(deck[at]);
                deck.RemoveAt(at);
            }
        }
        return hands;
    }

    private static Draws Draws(PartitionSettings settings, int client) => new(Seeds.Derive(settings.Seed, Purpose.Deal), DrawPurpose.Subset, 1, client);
}
