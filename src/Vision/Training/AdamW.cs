using System.Numerics;
using System.Runtime.InteropServices;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>
/// AdamW with decoupled weight decay over the flat buffers of a <see cref="ParameterSet"/>. On the CPU a step is one pass that reads
/// and writes each number once and zeroes the gradient on the way; elsewhere it is a handful of tensor operations.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly TrainingOptions _options;

    /// <summary>Moments of zero for <paramref name="parameters"/>.</summary>
    public AdamW(ParameterSet parameters, TrainingOptions options)
    {
        (_parameters, _options) = (parameters, options);
        First = zeros_like(parameters.Values).DetachFromDisposeScope();
        Second = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Running mean of the gradient, flat.</summary>
    public Tensor First { get; }
    /// <summary>Running mean of its square, flat.</summary>
    public Tensor Second { get; }

    /// <summary>Takes step <paramref name="step"/> (from 0 on), clips if the options say so, and zeroes the gradients.</summary>
    public void Step(long step, double learningRate)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        double scale = 1;
        if (_options.Clip > 0)
        {
            double norm = _parameters.Gradients.norm().item<float>();
            if (norm > _options.Clip) scale = _options.Clip / norm;
        }
        double correct1 = 1 - Math.Pow(_options.Beta1, step + 1), correct2 = 1 - Math.Pow(_options.Beta2, step + 1);
        if (_parameters.Values.device_type == DeviceType.CPU) OnePass(scale, learningRate, correct1, correct2);
        else Operations(scale, learningRate, correct1, correct2);
    }

    private void OnePass(double scale, double lr, double correct1, double correct2)
    {
        var values = MemoryMarshal.Cast<byte, float>(_parameters.Values.bytes);
        var gradients = MemoryMarshal.Cast<byte, float>(_parameters.Gradients.bytes);
        var first = MemoryMarshal.Cast<byte, float>(First.bytes);
        var second = MemoryMarshal.Cast<byte, float>(Second.bytes);
        int decay = checked((int)_parameters.DecayCount);
        float keep = (float)(1 - lr * _options.WeightDecay);
        Range(values[..decay], gradients[..decay], first[..decay], second[..decay], keep);
        Range(values[decay..], gradients[decay..], first[decay..], second[decay..], 1);

        void Range(Span<float> p, Span<float> g, Span<float> m, Span<float> v, float keepFactor)
        {
            float b1 = (float)_options.Beta1, b2 = (float)_options.Beta2, c1 = (float)(1 - _options.Beta1), c2 = (float)(1 - _options.Beta2);
            float size = (float)(lr / correct1), root = (float)(1 / Math.Sqrt(correct2)), epsilon = (float)_options.Epsilon, s = (float)scale;
            int i = 0, wide = Vector<float>.Count;
            for (; i <= p.Length - wide; i += wide)
            {
                var gradient = new Vector<float>(g[i..]) * s;
                var mean = new Vector<float>(m[i..]) * b1 + gradient * c1;
                var square = new Vector<float>(v[i..]) * b2 + gradient * gradient * c2;
                var value = new Vector<float>(p[i..]) * keepFactor - mean * size / (Vector.SquareRoot(square) * root + new Vector<float>(epsilon));
                mean.CopyTo(m[i..]);
                square.CopyTo(v[i..]);
                value.CopyTo(p[i..]);
                Vector<float>.Zero.CopyTo(g[i..]);
            }
            for (; i < p.Length; i++)
            {
                float gradient = g[i] * s;
                m[i] = m[i] * b1 + gradient * c1;
                v[i] = v[i] * b2 + gradient * gradient * c2;
                p[i] = p[i] * keepFactor - m[i] * size / (MathF.Sqrt(v[i]) * root + epsilon);
                g[i] = 0;
            }
        }
    }

    internal void Operations(double scale, double lr, double correct1, double correct2)
    {
        var g = _parameters.Gradients.Scale(scale);
        First.Scale(_options.Beta1).Add(g, 1 - _options.Beta1);
        Second.Scale(_options.Beta2).AddProduct(g, g, 1 - _options.Beta2);
        _parameters.Values.narrow(0, 0, _parameters.DecayCount).Scale(1 - lr * _options.WeightDecay);
        _parameters.Values.AddQuotient(First, Second.sqrt().Divide(Math.Sqrt(correct2)).Add(_options.Epsilon), -lr / correct1);
        g.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
