using System.Text.Json.Serialization;

namespace Learngene.Vision.Federation;

/// <summary>How images are dealt to clients.</summary>
public enum PartitionKind
{
    /// <summary>Every client draws from all labels alike.</summary>
    Iid,
    /// <summary>Every client has its own mixture of labels, drawn from a symmetric Dirichlet distribution.</summary>
    Dirichlet,
    /// <summary>Every client has a few labels, in equal parts.</summary>
    Labels,
    /// <summary>Clients bring their own data.</summary>
    External,
}

/// <summary>Who has which images. The last <see cref="Late"/> clients come when the rounds are over.</summary>
public sealed record PartitionSettings
{
    private readonly int? _late;

    /// <summary>iid, dirichlet (default), labels or external.</summary>
    public PartitionKind Kind { get; init; } = PartitionKind.Dirichlet;
    /// <summary>Concentration of dirichlet, 0.001..1,000: small is one-sided. Default 0.1.</summary>
    public double Alpha { get; init; } = 0.1;
    /// <summary>Labels of a client with labels, 1..classes. Default 2.</summary>
    public int LabelsPerClient { get; init; } = 2;
    /// <summary>All clients, the late ones included, 1..1,000,000. Default 100. External: how many are expected.</summary>
    public int Clients { get; init; } = 100;
    /// <summary>Clients that take no part in the rounds, 0..clients - 1. Default: a fifth, rounded down.</summary>
    public int Late { get => _late ?? Clients / 5; init => _late = value; }
    /// <summary>Images of a client, on average where quantities are skewed, 5..1,000,000; 0 deals all there are. Default 200.</summary>
    public int ImagesPerClient { get; init; } = 200;
    /// <summary>Seed of the deal; the federation's seed does not change who has what. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Deviation of the logarithm of a client's number of images, 0..3. Default 0: all have as many.</summary>
    public double QuantitySkew { get; init; }
    /// <summary>Each client's images are turned by an angle of its own within plus or minus so many degrees, 0..180. Default 0.</summary>
    public double Rotation { get; init; }
    /// <summary>Each client's images get noise of a deviation of its own between 0 and this, of pixel values in 0..1, 0..1. Default 0.</summary>
    public double Noise { get; init; }

    /// <summary>Clients that take part in the rounds.</summary>
    [JsonIgnore] public int Known => Clients - Late;
}
