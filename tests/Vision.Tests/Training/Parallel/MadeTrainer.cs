using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Training.Parallel;

/// <summary>A trainer with what it needs.</summary>
internal sealed class MadeTrainer(Trainer trainer, ParameterSet parameters, params IDisposable[] more) : IDisposable
{
    public Trainer Trainer => trainer;

    /// <summary>What is trained, as it is.</summary>
    public byte[] Values => parameters.Values.bytes.ToArray();

    public void Dispose()
    {
        parameters.Dispose();
        foreach (var one in more) one.Dispose();
    }
}
