namespace Learngene.Vision.Federation;

/// <summary>A federated method: one override for what a client does, one for what the server does. The loop around them is the same for all.</summary>
public interface IFederatedMethod
{
    /// <summary>The client's side: what is added to its loss, and what of its training is sent.</summary>
    ClientSide Begin(LocalTraining training);

    /// <summary>The server's side: what a round's mean does to the model.</summary>
    /// <param name="model">Changed.</param><param name="mean">Of at least one contribution.</param><param name="clients">Clients that could have been asked.</param>
    void Apply(FederationModel model, RoundMean mean, int clients);

    /// <summary>The layers of a round, ascending; null where clients choose. Default: all.</summary>
    IReadOnlyList<int>? Plan(FederationModel model, int round) => model.Task.Layout.All;

    /// <summary>Whether a layer is averaged over everyone, whatever the cohort. Default: yes.</summary>
    bool IsShared(FederatedLayer layer) => true;

    /// <summary>Weight of a contribution of so many samples. Default: as many.</summary>
    long Weight(int samples) => samples;

    /// <summary>Whether a client's own layers outlive the round. Default: no.</summary>
    bool KeepsModel => false;

    /// <summary>Whether uploads carry a score for each layer. Default: no.</summary>
    bool NeedsScores => false;

    /// <summary>Largest upload where clients choose, bytes; null where there is no bound.</summary>
    long? MostUploaded => null;
}

/// <summary>What a method does at one client in one round. By default nothing is added and every layer is sent.</summary>
public class ClientSide(LocalTraining training)
{
    /// <summary>What it is told about the training.</summary>
    protected LocalTraining Training => training;

    /// <summary>Adds the gradient of what the method adds to the loss; after clipping, before the step.</summary>
    /// <param name="values">The model's, now (ModelCount).</param><param name="gradient">Of the loss on a batch (ModelCount).</param>
    public virtual void Correct(ReadOnlySpan<float> values, Span<float> gradient) { }

    /// <summary>Says what is sent, when the last step is taken.</summary>
    /// <param name="differences">Model values less those given, in the layout's order (Layout.Count); a method fills in what is not the model's.</param>
    public virtual Sending Finish(Span<float> differences) => new(training.Work.Layers ?? training.Task.Layout.All);
}

/// <summary>What a client sends.</summary>
/// <param name="Layers">Ascending.</param><param name="Scores">One a layer of the model, or null.</param>
public sealed record Sending(IReadOnlyList<int> Layers, float[]? Scores = null);
