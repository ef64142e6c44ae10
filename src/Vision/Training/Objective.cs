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
}
