using System.Numerics;
using System.Numerics.Tensors;

namespace Learngene.Vision.Federation;

/// <summary>Steps of a client over flat vectors; its moments last as long as one local training.</summary>
internal sealed class LocalStep(LocalOptimiser optimiser, int count, double momentum, double clip)
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;
    private readonly float[] _first = new float[count];
    private readonly float[] _second = optimiser == LocalOptimiser.Adam ? new float[count] : [];
    private int _steps;

    /// <summary>Scales the gradient down to the largest norm allowed.</summary>
    public void Clip(Span<float> gradient)
    {
        if (clip <= 0) return;
        double norm = Math.Sqrt(Sums.OfSquares(gradient));
        if (norm > clip) TensorPrimitives.Multiply(gradient, (float)(clip / norm), gradient);
    }

    /// <summary>Takes a step and zeroes the gradient.</summary>
    public void Take(Span<float> values, Span<float> gradient, double learningRate)
    {
        _steps++;
        if (optimiser == LocalOptimiser.Sgd) Sgd(values, gradient, (float)learningRate);
        else Adam(values, gradient, (float)(learningRate / (1 - Math.Pow(Beta1, _steps))), (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, _steps))));
        gradient.Clear();
    }

    private void Sgd(Span<float> values, ReadOnlySpan<float> gradient, float rate)
    {
        float m = (float)momentum;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var velocity = new Vector<float>(_first, i) * m + new Vector<float>(gradient[i..]);
            velocity.CopyTo(_first, i);
            (new Vector<float>(values[i..]) - velocity * rate).CopyTo(values[i..]);
        }
        for (; i < values.Length; i++)
        {
            _first[i] = _first[i] * m + gradient[i];
            values[i] -= _first[i] * rate;
        }
    }

    private void Adam(Span<float> values, ReadOnlySpan<float> gradient, float rate, float root)
    {
        for (int i = 0; i < values.Length; i++)
        {
            float g = gradient[i];
            _first[i] = _first[i] * Beta1 + g * (1 - Beta1);
            _second[i] = _second[i] * Beta2 + g * g * (1 - Beta2);
            values[i] -= rate * _first[i] / (MathF.Sqrt(_second[i]) * root + Epsilon);
        }
    }
}
