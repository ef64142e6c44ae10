using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Learngene.Benchmarks;
using Learngene.Vision.Models;

// One benchmark by its name, or all of them. Names with a colon are what benchmarks start in processes of their own.
RuntimeHelpers.RunModuleConstructor(typeof(Vit).Module.ModuleHandle); // libtorch's threads spin as briefly as they do in a silo
var benchmarks = new Dictionary<string, Func<Task>>
{
    ["step"] = StepBenchmark.RunAsync,
    ["gemm"] = GemmBenchmark.RunAsync,
    ["slots"] = SlotsBenchmark.RunAsync,
    ["materialise"] = MaterialiseBenchmark.RunAsync,
    ["weightgen"] = WeightGenerationBenchmark.RunAsync,
    ["safetensors"] = SafetensorsBenchmark.RunAsync,
    ["grains"] = GrainCallsBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["spin"] = SpinBenchmark.RunAsync,
    ["grid"] = GridBenchmark.RunAsync,
    ["rounds"] = RoundsBenchmark.RunAsync,
    ["clients"] = ClientsBenchmark.RunAsync,
    ["alive"] = AliveBenchmark.RunAsync,
    ["memory"] = MemoryBenchmark.RunAsync,
    ["cluster"] = ThroughputBenchmark.RunAsync,
    ["parallel-accuracy"] = ParallelBenchmark.AccuracyAsync,
    ["parallel-time"] = ParallelBenchmark.TimeAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
};
var children = new Dictionary<string, Action<string[]>>
{
    ["materialise:child"] = MaterialiseBenchmark.Child,
    ["memory:child"] = MemoryBenchmark.Child,
    ["spin:child"] = SpinBenchmark.Child,
};
string name = args.FirstOrDefault("");
if (children.TryGetValue(name, out var child))
{
    child(args[1..]);
    return 0;
}
if (name != "all" && !benchmarks.ContainsKey(name))
{
    Console.Error.WriteLine($"benchmark '{name}' is unknown; name one of {string.Join(", ", benchmarks.Keys)}, or all.");
    return 2;
}
Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
foreach (var (key, run) in benchmarks)
    if (name == "all" || name == key)
    {
        Console.WriteLine($"== {key}");
        await run();
    }
return 0;
