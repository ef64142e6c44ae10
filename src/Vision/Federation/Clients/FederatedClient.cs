using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>
/// What one client does, wherever it runs: train on its own images, condense, encode. Cheap to make; holds its images as one tensor from the first
/// use on. Use it from one thread at a time; different clients may run on different threads.
/// </summary>
public sealed class FederatedClient : IDisposable
{
    /// <summary>A client beside its images.</summary>
    /// <param name="task">The federation's.</param><param name="train">Images to train on.</param><param name="test">Images to measure on; may have none.</param>
    public FederatedClient(FederatedTask task, ImageSet train, ImageSet test) => throw new NotImplementedException();

    /// <summary>One round: from the download and its own state to an upload and its next state. Equal input, equal bytes.</summary>
    /// <param name="work">What is asked.</param>
    /// <param name="download">What <see cref="FederationModel.Download"/> gave; null where everything still is the common seed.</param>
    /// <param name="state">Of its last round that counted; null before.</param>
    /// <param name="breathe">Called between steps; may throw to stop.</param>
    /// <exception cref="PayloadException">The download or the state cannot be used.</exception>
    public ClientOutcome Train(RoundWork work, ReadOnlyMemory<byte>? download, ReadOnlyMemory<byte>? state, Action? breathe = null) => throw new NotImplementedException();

    /// <summary>A known client when the rounds are over.</summary>
    /// <param name="initialisation">What <see cref="FederationModel.Initialisation"/> gave.</param><param name="state">Its last; null if it was never asked.</param>
    /// <param name="seed">Order of the images while tuning.</param><param name="breathe">Called between steps.</param>
    public KnownAccuracy EvaluateKnown(ReadOnlyMemory<byte>? initialisation, ReadOnlyMemory<byte>? state, ulong seed, Action? breathe = null) => throw new NotImplementedException();

    /// <summary>A late client: initialised, then trained locally.</summary>
    /// <param name="initialisation">What <see cref="FederationModel.Initialisation"/> gave.</param>
    /// <param name="seed">Order of the images, and its fresh layers where the settings say so.</param><param name="breathe">Called between steps.</param>
    public LateAccuracy EvaluateLate(ReadOnlyMemory<byte>? initialisation, ulong seed, Action? breathe = null) => throw new NotImplementedException();

    /// <summary>What it tells about its data so that it finds its cohort.</summary>
    public Signature Sign() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }
}
