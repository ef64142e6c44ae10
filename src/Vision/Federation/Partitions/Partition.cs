using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>Which client has which images of a data set: seeded, disjoint where there are enough images of each label.</summary>
public sealed class Partition
{
    private readonly ImageSet _images;
    private readonly int[][] _dealt;

    private Partition(PartitionSettings settings, ImageSet images, int[][] dealt) => (Settings, _images, _dealt) = (settings, images, dealt);

    /// <summary>What it was made from.</summary>
    public PartitionSettings Settings { get; }
    /// <summary>Clients, the late ones last.</summary>
    public int Clients => Settings.Clients;

    /// <summary>Deals the images of a training split.</summary>
    /// <param name="settings">Checked settings of another kind than external.</param><param name="images">The split; stays the caller's.</param>
    /// <exception cref="InvalidInputException">The images cannot be dealt like that.</exception>
    public static Partition Of(PartitionSettings settings, ImageSet images)
    {
        if (settings.Kind == PartitionKind.External)
            throw new InvalidInputException("partition.kind external deals no images: clients bring their own; iid, dirichlet and labels are allowed.");
        if (settings.Kind == PartitionKind.Labels && settings.LabelsPerClient > images.Classes)
            throw new InvalidInputException($"partition.labelsPerClient {settings.LabelsPerClient} is outside 1..{images.Classes}, the classes of the data.");
        int[] sizes = Deal.Sizes(settings, images.Count);
        var stock = new LabelStock(images, Seeds.Derive(settings.Seed, Purpose.Deal));
        return new(settings, images, Deal.Run(settings, sizes, stock));
    }

    /// <summary>The images of a client, by their numbers in the split, in an order that is part of the deal.</summary>
    public IReadOnlyList<int> Images(int client) => _dealt[client];

    /// <summary>Images of each label that a client has.</summary>
    public IReadOnlyList<int> Histogram(int client)
    {
        var histogram = new int[_images.Classes];
        foreach (int i in _dealt[client]) histogram[_images.Label(i)]++;
        return histogram;
    }

    /// <summary>A client's own sets: the first four fifths of its images and the rest, turned and noisy where the settings say so.</summary>
    public (ImageSet Train, ImageSet Test) Sets(int client)
    {
        var shift = FeatureShift.Of(Settings, client);
        var (train, test) = Parts(_dealt[client]);
        return (new ClientImages(_images, train, shift), new ClientImages(_images, test, shift));
    }

    /// <summary>The same split of images that a client brings itself: four fifths and the rest, by lot.</summary>
    /// <param name="images">All it has; stays the caller's.</param><param name="seed">Any that stays the same.</param>
    public static (ImageSet Train, ImageSet Test) Split(ImageSet images, ulong seed)
    {
        var (train, test) = Parts(LocalTraining.Shuffled(images.Count, Seeds.Derive(seed, Purpose.Split)));
        return (new ClientImages(images, train, null), new ClientImages(images, test, null));
    }

    private static (int[] Train, int[] Test) Parts(int[] images)
    {
        int test = images.Length / 5;
        return (images[..^test], images[^test..]);
    }
}
