using Learngene.Vision.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Learngene.Vision.Training;

/// <summary>The losses of METHODS 1.5.</summary>
public static class Objective
{
    /// <summary>Cross entropy with label smoothing; between two labels where images were mixed.</summary>
    public static Tensor CrossEntropy(Tensor logits, Batch batch, double smoothing)
    {
        Tensor Against(long[] labels) => cross_entropy(logits, tensor(labels).to(logits.device), label_smoothing: smoothing);
        return batch is { OtherLabels: { } other, Mix: { } weight } ? Against(batch.Labels).Times(weight).Plus(Against(other).Times(1 - weight)) : Against(batch.Labels);
    }

    /// <summary>
    /// DeiT's soft distillation: KL(teacher || student) at temperature T, summed over batch and classes, times T^2, divided by
    /// batch * classes [S]; or by the batch alone, as the cross entropy is.
    /// </summary>
    public static Tensor SoftDistillation(Tensor student, Tensor teacher, double temperature, DistillationScale mean = DistillationScale.Classes) =>
        kl_div(student.Over(temperature).log_softmax(-1), teacher.Over(temperature).log_softmax(-1), log_target: true, nn.Reduction.Sum)
            .Times(temperature * temperature / (mean == DistillationScale.Batch ? student.shape[0] : student.numel()));

    /// <summary>
    /// Distillation of features between models of any widths: the mean squared difference of the cosines between all pairs of images in a
    /// batch. It needs no projection from one width to the other, so that every sampled size can learn from it (after Tung and Mori's
    /// similarity-preserving distillation, ICCV 2019) [R].
    /// </summary>
    /// <param name="student">(B, D), what its head reads.</param><param name="teacher">(B, D of the teacher).</param>
    public static Tensor Relations(Tensor student, Tensor teacher)
    {
        static Tensor Cosines(Tensor features)
        {
            var unit = normalize(features);
            return unit.mm(unit.t());
        }
        return mse_loss(Cosines(student), Cosines(teacher));
    }
}
