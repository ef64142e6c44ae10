using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>How well components hold the model that was decomposed.</summary>
/// <param name="Residuals">
/// Per layer, first layer first: |W - W'| / |W| (Frobenius, over all tensors of the layer), W' recomposed in 32 bits as a user gets it.
/// </param>
/// <param name="Residual">The same over all layers.</param>
/// <param name="ConditionNumber">Of the coefficients (L, N).</param>
/// <param name="RoundingError">|W64 - W32| / |W| over all layers: what the 32 bits of the components alone cost.</param>
public sealed record DecompositionReport(IReadOnlyList<double> Residuals, double Residual, double ConditionNumber, double RoundingError);

/// <summary>Decomposes a trained model in closed form (METHODS 2.4 [R]): the components that recompose its layers best.</summary>
public static class LeastSquares
{
    private const double MostRounding = 1e-3, MostCondition = 1e12; // beyond it the columns are dependent in all but rounding

    /// <summary>The components and what they lose; nothing is trained.</summary>
    /// <param name="model">The model's architecture.</param>
    /// <param name="get">Its tensors by checkpoint name.</param>
    /// <param name="settings">How many components and which coefficients.</param>
    /// <param name="breathe">Called often, may throw to stop.</param>
    /// <returns>Shape, tensors by stacked name (<see cref="DecompositionParameters"/>; the caller's to dispose) and the report.</returns>
    /// <exception cref="InvalidInputException">Too many components, or 32-bit floats cannot hold them.</exception>
    public static (DecompositionShape Shape, ParameterSet Parameters, DecompositionReport Report) Decompose(
        VitShape model, Func<string, Tensor> get, DecomposeSettings settings, Action? breathe = null)
    {
        var shape = settings.Shape(model);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var weights = settings.Align ? Alignment.Align(model, get, breathe) : null;
        var parameters = new ParameterSet(DecompositionParameters.Specs(shape), get("pos_embed").device);
        try
        {
            var report = Solve(shape, name => weights?[name] ?? get(name), parameters, breathe);
            if (!(report.RoundingError <= MostRounding && report.ConditionNumber <= MostCondition) && !settings.Force) throw Refusal(shape, report);
            return (shape, parameters, report);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    private static DecompositionReport Solve(DecompositionShape shape, Func<string, Tensor> get, ParameterSet parameters, Action? breathe)
    {
        int depth = shape.Vit.Depth;
        var table = Coefficients.Table(shape, depth, shape.Components);
        Tensor coefficients = tensor(table), inverse = tensor(Coefficients.PseudoInverse(table)); // (L, N), (N, L) in float64
        Tensor norm = zeros(depth, dtype: ScalarType.Float64), lost = zeros_like(norm), rounded = zeros_like(norm);
        foreach (var spec in parameters.Specs)
        {
            breathe?.Invoke();
            if (!DecompositionParameters.IsStacked(spec.Name))
            {
                parameters.Set(spec.Name, get(spec.Name));
                continue;
            }
            using var scope = NewDisposeScope();
            string name = spec.Name[Recomposition.Stacked.Length..];
            var layers = stack([.. Enumerable.Range(0, depth).Select(l => get($"blocks.{l}.{name}").detach().cpu().flatten().to(ScalarType.Float64))]); // (L, n)
            var exact = inverse.mm(layers);                                                                   // (N, n)
            var held = exact.to(ScalarType.Float32);
            parameters.Set(spec.Name, held.view(spec.Shape));
            var recomposed = coefficients.to(ScalarType.Float32).mm(held).to(ScalarType.Float64);             // as Recomposition does
            norm.Add(layers.square().sum(dim: 1));
            lost.Add((layers - recomposed).square().sum(dim: 1));
            rounded.Add((coefficients.mm(exact) - recomposed).square().sum(dim: 1));
        }
        double all = Math.Max(norm.sum().item<double>(), double.Epsilon);
        return new((lost / norm.AtLeast(double.Epsilon)).sqrt().data<double>().ToArray(), Math.Sqrt(lost.sum().item<double>() / all),
            Coefficients.ConditionNumber(table), Math.Sqrt(rounded.sum().item<double>() / all));
    }

    private static InvalidInputException Refusal(DecompositionShape shape, DecompositionReport report)
    {
        string nodes = shape.Nodes == Nodes.Chebyshev ? "" : "nodes chebyshev, ";
        if (!(report.ConditionNumber <= MostCondition))
            return new(FormattableString.Invariant(
                $"components {shape.Components} with nodes {shape.Nodes.ToString().ToLowerInvariant()} and orderOffset {shape.OrderOffset} have condition number {report.ConditionNumber:0.0e+0}: one of them adds nothing to the others; use {nodes}fewer components, another basis or orderOffset, or force."));
        return new(FormattableString.Invariant(
            $"components {shape.Components} with nodes {shape.Nodes.ToString().ToLowerInvariant()} have condition number {report.ConditionNumber:0.0e+0}, and 32-bit floats recompose the model with an error of {report.RoundingError:P1} of its weights (at most {MostRounding:P1} is taken); use {nodes}fewer components, or force."));
    }
}
