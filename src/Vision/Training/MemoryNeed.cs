using Learngene.Vision.Models;

namespace Learngene.Vision.Training;

/// <summary>
/// What work takes on its device, estimated from shapes before anything is loaded: enough to refuse what cannot fit. Measured against the
/// peak of a process in <c>docs/results/memory.md</c>.
/// </summary>
public static class MemoryNeed
{
    private const long Library = 200_000_000; // libtorch, its workspaces and the process around it
    private const int State = 16, Single = 4; // bytes of a trained number (value, gradient, two moments), and of a float
    private const int ValuesAToken = 18; // of one layer that backward needs, in widths: two norms, qkv, attention's output, projection, the MLP's three, residuals

    /// <summary>Bytes that a training takes.</summary>
    /// <param name="model">The ViT of a step, the largest.</param><param name="trained">Numbers that are trained.</param>
    /// <param name="batch">Images in a step.</param><param name="generated">Numbers of weights that a step makes of those trained, or 0.</param>
    /// <param name="teacher">What is distilled, or null.</param>
    public static long Training(VitShape model, long trained, int batch, long generated = 0, VitShape? teacher = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var bytes = Library + (Int128)State * trained + 3 * (Int128)Single * generated + Activations(model, batch, model.Depth);
        if (teacher is not null) bytes += (Int128)Single * teacher.Parameters + Activations(teacher, batch, 1);
        return (long)Int128.Min(long.MaxValue, bytes);
    }

    // What the layers keep for backward, and the images.
    private static Int128 Activations(VitShape vit, int batch, int layers)
    {
        Int128 tokens = vit.Tokens;
        var layer = tokens * vit.Width * ValuesAToken + 3 * tokens * tokens * vit.Heads;
        return Single * (Int128)batch * (layers * layer + tokens * vit.Width + (Int128)vit.Channels * vit.ImageSize * vit.ImageSize);
    }
}
