using Learngene.Vision.Models;
using TorchSharp;

namespace Learngene.Vision.Training;

/// <summary>Where bfloat16 products pay: on GPUs, and on CPUs that have instructions for them.</summary>
public static class Bf16
{
    private static readonly Lazy<bool> s_onCpu = new(() =>
    {
        const string Cpu = "/proc/cpuinfo";
        return File.Exists(Cpu) && File.ReadLines(Cpu).FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal)) is { } flags
            && (flags.Contains(" avx512_bf16") || flags.Contains(" amx_bf16"));
    });

    /// <summary>The precision that is used where <paramref name="asked"/> is asked for: bf16 falls back to fp32 where it would be slower.</summary>
    public static Precision Resolve(Precision asked) => asked == Precision.Bf16 && !torch.cuda.is_available() && !s_onCpu.Value ? Precision.Fp32 : asked;
}
