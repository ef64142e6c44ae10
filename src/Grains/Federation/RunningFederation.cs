using Learngene.Clients;
using Learngene.Data;
using Learngene.Grains.Data;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;

namespace Learngene.Grains.Federation;

/// <summary>A federation on this silo: what all its rounds and clients share, made when first needed and kept.</summary>
internal sealed class RunningFederation
{
    private readonly Lazy<FederatedTask> _task;
    private readonly Lazy<Partition> _partition;

    public RunningFederation(string name, ClientTerms terms, OpenDataSets dataSets, string root)
    {
        (Name, Terms, Directory) = (name, terms, new(root, name));
        Settings = FederationSettings.Parse(terms.Specification).Resolved();
        _task = new(() => new(Settings, Json.Parse<VitShape>(terms.Config, "config"), Json.Parse<Preprocess>(terms.Preprocess, "preprocess")));
        _partition = new(() => Partition.Of(Settings.Partition, dataSets.Open(terms.Data).Train));
        OpenData = () => dataSets.Open(terms.Data);
    }

    public string Name { get; }
    public ClientTerms Terms { get; }
    public FederationSettings Settings { get; }
    public FederationDirectory Directory { get; }
    /// <summary>What all participants agree on; making it runs tensors.</summary>
    public FederatedTask Task => _task.Value;
    /// <summary>Who has which images, where clients are hosted; making it reads the data set.</summary>
    public Partition Partition => _partition.Value;
    /// <summary>The data set.</summary>
    public Func<DataSet> OpenData { get; }
    /// <summary>Whether the clients are parts of a data set of the cluster.</summary>
    public bool IsHosted => Settings.Partition.Kind != PartitionKind.External;
    /// <summary>The model after the last round that was closed here; null before it is loaded. Belongs to the aggregation lane.</summary>
    public FederationModel? Model { get; set; }
    /// <summary>Which one that is.</summary>
    public ModelKey ModelKey { get; set; }

    /// <summary>What its rounds use one after the other.</summary>
    public RoundMemory Memory { get; } = new();

    /// <summary>The name of a hosted client.</summary>
    public static string ClientName(int index) => FormattableString.Invariant($"client-{index:D4}");

    /// <summary>The number of a hosted client.</summary>
    public static int ClientIndex(string name) => int.Parse(name.AsSpan("client-".Length), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A hosted client beside its part of the data.</summary>
    public FederatedClient Client(int index)
    {
        var (train, test) = Partition.Sets(index);
        return new(Task, train, test);
    }
}
