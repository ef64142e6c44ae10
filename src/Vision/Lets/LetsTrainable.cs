using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Lets;

/// <summary>What stage 1 generates and distils at each step.</summary>
public enum Stage1
{
    /// <summary>One descendant of random width and depth (METHODS 1.8, ours): good at every size.</summary>
    Sampled,
    /// <summary>Always the auxiliary model (METHODS 1.5, the paper's).</summary>
    Paper,
}

/// <summary>LeTs' stage 1 as something to train: each step expands the learngene to one size and runs the images through it.</summary>
/// <param name="shape">Learngene and auxiliary model.</param>
/// <param name="parameters">By stacked name (<see cref="LetsParameters"/>).</param>
/// <param name="settings">Form of stage 1, drop-path, precision and seed.</param>
public sealed class LetsTrainable(LetsShape shape, ParameterSet parameters, LetsSettings settings) : ITrainable
{
    private readonly int[] _widths = [.. shape.Auxiliary.WidthsFrom(settings.MinWidth ?? shape.Learngene.Width)];

    /// <inheritdoc/>
    public ParameterSet Parameters => parameters;

    /// <summary>The size that step <paramref name="step"/> generates.</summary>
    public (int Width, int Depth) SizeAt(long step)
    {
        if (settings.Stage1 == Stage1.Paper) return (shape.Auxiliary.Width, shape.Auxiliary.Depth);
        int least = Math.Min(settings.MinDepth, shape.Auxiliary.Depth), depths = shape.Auxiliary.Depth - least + 1;
        var (width, depth) = Draw(0x512E, step, depths);
        if (settings.Sampling != SizeSampling.Uniform)
        {
            var (otherWidth, otherDepth) = Draw(0x512F, step, depths);
            (width, depth) = (settings.Sampling.Of(width, otherWidth), settings.Sampling.Of(depth, otherDepth));
        }
        return (_widths[width], least + depth);
    }

    private (int Width, int Depth) Draw(ulong purpose, long step, int depths)
    {
        ulong draw = Seeds.Derive(settings.Seed, purpose, (ulong)step);
        return ((int)(draw % (ulong)_widths.Length), (int)(draw / (ulong)_widths.Length % (ulong)depths));
    }

    /// <inheritdoc/>
    public VitOutput Train(Tensor images, long step)
    {
        var (width, depth) = SizeAt(step);
        return new Vit(shape.Descendant(width, depth), settings.Precision).Train(images, Generate(width, depth), settings, step);
    }

    /// <inheritdoc/>
    public Func<Tensor, Tensor> Predictor()
    {
        var weights = Generate(shape.Auxiliary.Width, shape.Auxiliary.Depth);
        var vit = new Vit(shape.Auxiliary, settings.Precision);
        return images => vit.Forward(images, weights);
    }

    private VitWeights Generate(int width, int depth) =>
        Expansion.Expand(shape, name => parameters[name], Selection.Continuous(shape, width, DepthList.For(shape.Rows, depth)));
}
