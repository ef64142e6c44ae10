#pragma warning disable RS0030 // The one place that makes scalars: it keeps them until the native call has returned.
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision;

/// <summary>
/// Arithmetic between tensors and numbers that is safe beside the garbage collector. TorchSharp 0.107 makes an object of each number and
/// hands its native memory to libtorch without keeping the object alive: where another thread collects at that moment, its finalizer frees
/// what the call still reads, and the result is wrong or the call fails. Dispose scopes keep tensors, not numbers.
/// </summary>
internal static class Kept
{
    private static readonly Scalar s_one = 1; // as long as the process

    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, s_one);

    public static Tensor Times(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.mul(kept);
    }

    public static Tensor Over(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.div(kept);
    }

    public static Tensor AtLeast(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.clamp_min(kept);
    }

    /// <summary>In place: a += number * b.</summary>
    public static Tensor Add(this Tensor a, Tensor b, double number = 1)
    {
        using Scalar kept = number;
        return a.add_(b, kept);
    }

    /// <summary>In place: a += number.</summary>
    public static Tensor Add(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.add_(kept, s_one);
    }

    /// <summary>In place: a *= number.</summary>
    public static Tensor Scale(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.mul_(kept);
    }

    /// <summary>In place: a /= number.</summary>
    public static Tensor Divide(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.div_(kept);
    }

    /// <summary>In place: a += number * b * c.</summary>
    public static Tensor AddProduct(this Tensor a, Tensor b, Tensor c, double number)
    {
        using Scalar kept = number;
        return a.addcmul_(b, c, kept);
    }

    /// <summary>In place: a += number * b / c.</summary>
    public static Tensor AddQuotient(this Tensor a, Tensor b, Tensor c, double number)
    {
        using Scalar kept = number;
        return a.addcdiv_(b, c, kept);
    }

    /// <summary>In place: every element becomes the number.</summary>
    public static Tensor Fill(this Tensor a, double number)
    {
        using Scalar kept = number;
        return a.fill_(kept);
    }
}
