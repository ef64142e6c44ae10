using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>The images of each label in a random order, handed out one after the other; a label that runs out is shuffled and begins anew.</summary>
internal sealed class LabelStock
{
    private readonly int[][] _images;
    private readonly int[] _next, _round;
    private readonly ulong _seed;

    public LabelStock(ImageSet images, ulong seed)
    {
        _seed = seed;
        var byLabel = Enumerable.Range(0, images.Count).ToLookup(images.Label);
        _images = [.. Enumerable.Range(0, images.Classes).Select(l => byLabel[l].ToArray())];
        (_next, _round) = (new int[_images.Length], new int[_images.Length]);
        for (int l = 0; l < _images.Length; l++) Shuffle(l);
        Sizes = [.. _images.Select(i => i.Length)];
    }

    /// <summary>Images of each label.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Takes so many images of a label, without one that the client has already as long as the label has others.</summary>
    public void Take(int label, int count, List<int> to)
    {
        var images = _images[label];
        var has = new HashSet<int>(to);
        for (; count > 0; count--)
        {
            for (int tries = 0; ; tries++)
            {
                if (_next[label] == images.Length) Shuffle(label);
                int image = images[_next[label]++];
                if (!has.Add(image) && tries < images.Length) continue;
                to.Add(image);
                break;
            }
        }
    }

    private void Shuffle(int label)
    {
        var draws = new Draws(Seeds.Derive(_seed, (ulong)label, (ulong)_round[label]++), DrawPurpose.Order, 0, 0);
        var images = _images[label];
        for (int i = images.Length - 1; i > 0; i--)
        {
            int j = draws.Below(i + 1);
            (images[i], images[j]) = (images[j], images[i]);
        }
        _next[label] = 0;
    }
}
