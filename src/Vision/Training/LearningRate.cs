namespace Learngene.Vision.Training;

/// <summary>Linear warm-up, then a cosine, per step.</summary>
/// <param name="options">Rates and lengths.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
/// <param name="limit">Steps of a run that ends by steps rather than epochs: at most a tenth of them are warm-up. Null (default): the epochs.</param>
/// <param name="workers">Between how many the steps are divided: rates are by the steps of one of them. Default 1.</param>
public sealed class LearningRate(TrainingOptions options, int stepsPerEpoch, long? limit = null, int workers = 1)
{
    private readonly double _total = (limit ?? (double)options.Epochs * stepsPerEpoch) / workers;
    private readonly double _warm = Math.Min(
        (options.WarmupEpochs ?? Math.Min(5, options.Epochs / 10.0)) * stepsPerEpoch, limit is { } steps ? steps / 10.0 : double.PositiveInfinity) / workers;

    /// <summary>The rate of step <paramref name="step"/>, from 0 on.</summary>
    public double At(long step)
    {
        if (step < _warm) return options.WarmupLr + (options.Lr - options.WarmupLr) * (step + 1) / (_warm + 1);
        double done = _total > _warm ? (step - _warm) / (_total - _warm) : 1;
        return options.MinLr + (options.Lr - options.MinLr) * (1 + Math.Cos(Math.PI * done)) / 2;
    }
}
