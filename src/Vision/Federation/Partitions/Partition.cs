using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>Which client has which images of a data set: seeded, disjoint where there are enough images.</summary>
public sealed class Partition
{
    private Partition(PartitionSettings settings) => Settings = settings;

    /// <summary>What it was made from.</summary>
    public PartitionSettings Settings { get; }
    /// <summary>Clients, the late ones last.</summary>
    public int Clients => Settings.Clients;

    /// <summary>Deals the images of a training split.</summary>
    /// <exception cref="InvalidInputException">The images cannot be dealt like that.</exception>
    public static Partition Of(PartitionSettings settings, ImageSet images) => throw new NotImplementedException();

    /// <summary>The images of a client, by their numbers in the split; the order is part of the deal.</summary>
    public IReadOnlyList<int> Images(int client) => throw new NotImplementedException();

    /// <summary>Images of each label that a client has.</summary>
    public IReadOnlyList<int> Histogram(int client) => throw new NotImplementedException();

    /// <summary>A client's own sets: the first four fifths of its images and the rest, turned and noisy where the settings say so.</summary>
    public (ImageSet Train, ImageSet Test) Sets(int client) => throw new NotImplementedException();

    /// <summary>The same split of images that a client brings itself: four fifths and the rest, by lot.</summary>
    public static (ImageSet Train, ImageSet Test) Split(ImageSet images, ulong seed) => throw new NotImplementedException();
}
