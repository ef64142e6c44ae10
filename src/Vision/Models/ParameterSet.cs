using static TorchSharp.torch;

namespace Learngene.Vision.Models;

/// <summary>One trainable tensor of a model.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Decay">Whether weight decay applies: not to biases, norms, position embeddings and class tokens.</param>
public sealed record ParameterSpec(string Name, long[] Shape, bool Decay)
{
    /// <summary>How many numbers it has.</summary>
    public long Elements => Shape.Aggregate(1L, (a, b) => a * b);
}

/// <summary>
/// The trainable tensors of a model, all views of one flat buffer, with their gradients views of another: an optimiser step, a clip or
/// a checkpoint is then one pass over one vector, however many tensors there are. Those with weight decay come first.
/// </summary>
public sealed class ParameterSet : IDisposable
{
    private readonly Dictionary<string, Tensor> _leaves = [];
    private readonly List<Tensor> _gradientViews = [];

    /// <summary>Allocates zeros for <paramref name="specs"/> on <paramref name="device"/> (default: the CPU).</summary>
    public ParameterSet(IEnumerable<ParameterSpec> specs, Device? device = null)
    {
        Specs = [.. specs.OrderByDescending(s => s.Decay)];
        Count = Specs.Sum(s => s.Elements);
        DecayCount = Specs.Where(s => s.Decay).Sum(s => s.Elements);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        Values = zeros(Count, device: device).DetachFromDisposeScope();
        Gradients = zeros(Count, device: device).DetachFromDisposeScope();
        long offset = 0;
        foreach (var spec in Specs)
        {
            var leaf = Values.narrow(0, offset, spec.Elements).view(spec.Shape).detach().requires_grad_().DetachFromDisposeScope();
            var gradient = Gradients.narrow(0, offset, spec.Elements).view(spec.Shape).DetachFromDisposeScope();
            leaf.grad = gradient;
            _leaves.Add(spec.Name, leaf);
            _gradientViews.Add(gradient);
            offset += spec.Elements;
        }
    }

    /// <summary>The tensors in the order of the flat buffer.</summary>
    public IReadOnlyList<ParameterSpec> Specs { get; }
    /// <summary>All trainable numbers.</summary>
    public long Count { get; }
    /// <summary>How many of them, from the first on, have weight decay.</summary>
    public long DecayCount { get; }
    /// <summary>All values, flat (Count).</summary>
    public Tensor Values { get; }
    /// <summary>All gradients, flat (Count); backward adds to them.</summary>
    public Tensor Gradients { get; }
    /// <summary>The tensor of that name.</summary>
    public Tensor this[string name] => _leaves[name];

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => _leaves.ContainsKey(name);

    /// <summary>Makes constants of the tensors: no gradient reaches them any more.</summary>
    public void Freeze()
    {
        foreach (var leaf in _leaves.Values) leaf.requires_grad = false;
    }

    /// <summary>Copies values into a tensor, in place.</summary>
    public void Set(string name, Tensor value)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        _leaves[name].copy_(value.view(_leaves[name].shape));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var leaf in _leaves.Values) leaf.Dispose();
        foreach (var view in _gradientViews) view.Dispose();
        Values.Dispose();
        Gradients.Dispose();
    }
}
