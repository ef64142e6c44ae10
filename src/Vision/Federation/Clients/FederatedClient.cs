using System.Numerics.Tensors;
using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>
/// What one client does, wherever it runs: train on its own images, condense, encode. Cheap to make; reads its images at the first use and keeps them
/// as one tensor. Use it from one thread at a time; different clients may run on different threads.
/// </summary>
public sealed partial class FederatedClient : IDisposable
{
    private readonly FederatedTask _task;
    private readonly ImageSet _trainSet;
    private readonly Lazy<LocalImages> _train, _test;

    /// <summary>A client beside its images, which stay the caller's.</summary>
    /// <param name="task">The federation's.</param><param name="train">Images to train on, at least one.</param><param name="test">Images to measure on; may have none.</param>
    /// <exception cref="InvalidInputException">The images do not fit the federation's model.</exception>
    public FederatedClient(FederatedTask task, ImageSet train, ImageSet test)
    {
        var shape = task.Shape;
        if (train.Geometry != new ImageGeometry(shape.Channels, shape.ImageSize, shape.ImageSize) || train.Classes > shape.Classes)
            throw new InvalidInputException($"the images are {train.Geometry} of {train.Classes} classes; the federation's model takes {shape.Channels} x {shape.ImageSize} x {shape.ImageSize} of {shape.Classes}.");
        if (train.Count == 0) throw new InvalidInputException("the client has 0 images to train on; at least 1 is needed.");
        (_task, _trainSet) = (task, train);
        _train = new(() => new LocalImages(train, task.Preprocess), isThreadSafe: false);
        _test = new(() => new LocalImages(test, task.Preprocess), isThreadSafe: false);
    }

    /// <summary>
    /// Threads of a tensor operation. Default 1, with which equal input gives equal bytes however many cores there are; more are faster for large
    /// models and change last bits.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>One round: from the download and its own state to an upload and its next state. Equal input, equal bytes.</summary>
    /// <param name="work">What is asked.</param>
    /// <param name="download">What <see cref="FederationModel.Download"/> gave; null or empty where everything still is the common seed.</param>
    /// <param name="state">Of its last round that counted; null or empty before.</param>
    /// <param name="breathe">Called between steps; may throw to stop.</param>
    /// <exception cref="PayloadException">The download cannot be used, or the training has left the finite numbers.</exception>
    /// <exception cref="InvalidDataException">The state cannot be used.</exception>
    public ClientOutcome Train(RoundWork work, ReadOnlyMemory<byte>? download, ReadOnlyMemory<byte>? state, Action? breathe = null)
    {
        var (settings, layout) = (_task.Settings, _task.Layout);
        using var threads = new TorchThreads(Threads);
        var kept = ClientState.Parse(state, layout);
        var start = StartValues.Of(_task, kept.Model, download, work.Layers);
        using var model = new LocalModel(_task, start.Values);
        double accuracy = model.Accuracy(_test.Value);
        float[] control = kept.Control ?? new float[start.Control.Length];
        var training = new LocalTraining(_task, work, model, _train.Value, start, control);
        var side = _task.Method.Begin(training);
        var run = new LocalRun(model, _train.Value, settings, settings.Lr!.Value, Momentum) { Side = side, Breathe = breathe };
        double loss = 0;
        for (int epoch = 0; epoch < settings.LocalEpochs; epoch++) loss += run.Epoch(training.Order(Purpose.Order, epoch)) / settings.LocalEpochs;
        var differences = new float[layout.Count];
        TensorPrimitives.Subtract(model.Values, start.Values, differences.AsSpan(0, layout.ModelCount));
        var sending = side.Finish(differences);
        var upload = Encode(work, sending, differences, kept, (float)loss, (float)accuracy);
        bool keepsModel = _task.Method.KeepsModel || settings.Evaluation.Known;
        var next = new ClientState { Model = keepsModel ? model.Values.ToArray() : null, Control = control.Length > 0 ? control : null, Residual = kept.Residual };
        return new(upload, next.ToBytes(layout), _train.Value.Count, loss, accuracy, sending.Layers);
    }

    /// <summary>What it tells about its data so that it finds its cohort.</summary>
    public Signature Sign() => Signature.Of(_trainSet, _task.Settings.GeneFl.Signature, _task.Settings.Seed);

    /// <summary>Gives the memory of the images back.</summary>
    public void Dispose()
    {
        if (_train.IsValueCreated) _train.Value.Dispose();
        if (_test.IsValueCreated) _test.Value.Dispose();
    }

    private double Momentum => _task.Settings.Method == FederatedMethod.Scaffold ? _task.Settings.Scaffold.Momentum!.Value : _task.Settings.Momentum;

    // With error feedback what the last encoding lost is sent along, and what this one loses is kept.
    private byte[] Encode(RoundWork work, Sending sending, float[] differences, ClientState kept, float loss, float accuracy)
    {
        var (encoding, layout) = (_task.Settings.Encoding, _task.Layout);
        var header = new PayloadHeader
        {
            Kind = PayloadKind.Differences, Encoding = encoding.Up!.Value, Round = work.Round, Samples = _train.Value.Count, Loss = loss, Accuracy = accuracy,
            Layers = sending.Layers, Scores = _task.Method.NeedsScores ? sending.Scores : null, TopK = encoding.TopK,
        };
        if (encoding.ErrorFeedback)
        {
            kept.Residual ??= new float[layout.Count];
            foreach (int l in sending.Layers)
                TensorPrimitives.Add(layout.Slice(differences.AsSpan(), l), layout.Slice(kept.Residual.AsSpan(), l), layout.Slice(differences.AsSpan(), l));
        }
        var upload = Payload.Write(layout, header, differences, Seeds.Derive(work.Seed, Purpose.Dither));
        if (!encoding.ErrorFeedback) return upload;
        var sent = PayloadReader.Open(upload, layout, verify: false);
        foreach (int l in sending.Layers)
        {
            var residual = layout.Slice(kept.Residual.AsSpan(), l);
            sent.Read(l, 0, residual);
            TensorPrimitives.Subtract(layout.Slice(differences.AsSpan(), l), residual, residual);
        }
        return upload;
    }
}
