using static Learngene.Vision.Federation.Allowed;

namespace Learngene.Vision.Federation;

public sealed partial record FederationSettings
{
    private const double AWeek = 604_800;

    /// <summary>Refuses values that cannot be.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name)) throw new InvalidInputException("name is empty; a path such as fashion/fed is allowed.");
        if (string.IsNullOrWhiteSpace(Data)) throw new InvalidInputException("data is empty; the name of a data set is allowed.");
        Within("model.width", Model.Width, 1, 16_384);
        Within("model.depth", Model.Depth, 1, 256);
        Within("model.heads", Model.Heads ?? 1, 1, Model.Width);
        Within("model.patch", Model.Patch, 1, 4096);
        Within("fedProx.mu", FedProx.Mu, 0, 1000);
        Within("scaffold.globalLr", Scaffold.GlobalLr, 0, 10);
        Within("scaffold.momentum", Scaffold.Momentum ?? 0, 0, 0.999);
        Within("rounds", Rounds, 1, 1_000_000);
        Within("clientsPerRound", ClientsPerRound, 1, 1_000_000);
        Within("quorum", Quorum ?? 1, 1, ClientsPerRound);
        Within("deadline", Deadline, 0.05, AWeek);
        Within("overSelection", OverSelection, 0, 10);
        Within("lease", Lease ?? Deadline, 0.05, AWeek);
        Within("localEpochs", LocalEpochs, 1, 1000);
        Within("batch", Batch, 1, 65_536);
        Within("lr", Lr ?? 0, 0, 100);
        Within("lrEnd", LrEnd, 0, 1);
        Within("momentum", Momentum, 0, 0.999);
        Within("clip", Clip, 0, 1e9);
        Within("publishEvery", PublishEvery, 0, int.MaxValue);
        ValidatePartition();
        ValidateGeneFl();
        ValidateTravel();
        Ascending("evaluation.lateEpochs", Evaluation.LateEpochs, 0, 1000);
        Ascending("evaluation.fineTuneEpochs", Evaluation.FineTuneEpochs, 1, 1000);
        Within("evaluation.fineTuneLr", Evaluation.FineTuneLr ?? 0, 0, 100);
        Scenario?.Validate();
    }

    private void ValidatePartition()
    {
        Within("partition.alpha", Partition.Alpha, 0.001, 1000);
        Within("partition.labelsPerClient", Partition.LabelsPerClient, 1, 1_000_000);
        Within("partition.clients", Partition.Clients, 1, 1_000_000);
        Within("partition.late", Partition.Late, 0, Partition.Clients - 1);
        if (Partition.ImagesPerClient != 0) Within("partition.imagesPerClient", Partition.ImagesPerClient, 5, 1_000_000);
        Within("partition.quantitySkew", Partition.QuantitySkew, 0, 3);
        Within("partition.rotation", Partition.Rotation, 0, 180);
        Within("partition.noise", Partition.Noise, 0, 1);
    }

    private void ValidateGeneFl()
    {
        Within("geneFl.budget", GeneFl.Budget ?? 1, 0.001, 1);
        Within("geneFl.cohorts", GeneFl.Cohorts ?? 1, 1, 1000);
        Within("geneFl.dimExponent", GeneFl.DimExponent, -1, 1);
        Within("geneFl.lambdaSmooth", GeneFl.LambdaSmooth, 0, 1000);
        Within("geneFl.lambdaElastic", GeneFl.LambdaElastic, 0, 1000);
        Within("geneFl.fisherQuantile", GeneFl.FisherQuantile, 0, 1);
        Within("geneFl.fisherBatches", GeneFl.FisherBatches, 1, 10_000);
        Within("geneFl.distanceThreshold", GeneFl.DistanceThreshold ?? 0, 0, 1e9);
        Within("geneFl.signature.vectors", GeneFl.Signature.Vectors ?? 1, 1, 64);
        if (GeneFl.Signature.Projection is { } dimensions && dimensions != 0) Within("geneFl.signature.projection", dimensions, 8, 4096);
        if (GeneFl is { Selection: GeneSelection.SharedTrunk, Chooser: GeneChooser.Client })
            throw new InvalidInputException("geneFl.chooser client does not go with geneFl.selection shared-trunk, which is the same for all; server is allowed.");
    }

    private void ValidateTravel()
    {
        Within("encoding.topK", Encoding.TopK, 0, 1);
        Within("aggregation.trim", Aggregation.Trim, 0, 0.49);
        Within("aggregation.byzantine", Aggregation.Byzantine, 0, 0.49);
        Within("aggregation.keep", Aggregation.Keep, 0, 1_000_000);
        Within("aggregation.clipNorm", Aggregation.ClipNorm, 0, 1e9);
        Within("aggregation.maxNorm", Aggregation.MaxNorm, 0, 1e9);
        if (Asked > RoundAccumulator.MaxWeight)
            throw new InvalidInputException($"clientsPerRound {ClientsPerRound} with overSelection {OverSelection} asks {Asked} clients; at most {RoundAccumulator.MaxWeight} are allowed.");
        Within("aggregation.maxSamples", Aggregation.GivenMaxSamples ?? 1, 1, RoundAccumulator.MaxWeight / Asked);
    }
}
