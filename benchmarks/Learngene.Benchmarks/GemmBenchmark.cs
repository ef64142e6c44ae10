using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>The arithmetic rate of a training step against that of one large product, in turns in one run.</summary>
internal static class GemmBenchmark
{
    private const int Side = 2048, Batch = 64, Times = 9;

    public static Task RunAsync()
    {
        var shape = Workload.Shape(192, 12, patch: 4);
        var (images, labels) = Workload.Noise(shape, Batch);
        Action Step(Precision precision)
        {
            var options = new TrainingOptions { Precision = precision };
            var parameters = VitInit.Create(shape, 1);
            return Workload.Step(new VitTrainable(shape, parameters, options), new AdamW(parameters, options), images, labels);
        }
        var seconds = Report.Interleaved(Times, Gemm(ScalarType.Float32), Step(Precision.Fp32), Gemm(ScalarType.BFloat16), Step(Precision.Bf16));
        double gemm = 2.0 * Side * Side * Side / 1e9, step = Workload.StepFlops(shape, Batch) / 1e9;
        double[] flops = [gemm, step, gemm, step];
        string[] names = ["fp32 GEMM", "fp32 step", "bf16 GEMM", "bf16 step"];
        for (int i = 0; i < names.Length; i++)
            Console.WriteLine($"{names[i],-10} {Report.Spread([.. seconds[i].Select(s => flops[i] / s)], "F0"),-20} GFLOP/s, {Report.Spread([.. seconds[i].Select(s => s * 1000)], "F0")} ms");
        double Share(int stepAt, int gemmAt) => 100 * Report.Median(Report.Ratios(seconds[gemmAt], seconds[stepAt])) * step / gemm;
        Report.Line("gemm.fp32", Share(1, 0), "% of GEMM", ">= 65", "F0");
        Report.Line("gemm.bf16", Share(3, 2), "% of GEMM", ">= 48", "F0");
        Report.Line("gemm.bf16-over-fp32", Report.Median(Report.Ratios(seconds[1], seconds[3])), "x", ">= 1.6");
        return Task.CompletedTask;
    }

    private static Action Gemm(ScalarType type)
    {
        Tensor a = randn(Side, Side).to(type), b = randn(Side, Side).to(type);
        return () => a.mm(b).Dispose();
    }
}
