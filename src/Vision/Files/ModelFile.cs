using Learngene.Vision.Baselines;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Files;

/// <summary>Model files of INTERFACE section 3: checks names and shapes against the configuration, reads and writes the tensors.</summary>
public static class ModelFile
{
    /// <summary>The keys and shapes of a file of that configuration, in order.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> Keys(ModelConfig config) =>
        config.Lets is { } lets
            ? [.. LetsParameters.Specs(lets).SelectMany(s => Unstacked(s, Slices(s, lets)))]
            : config.Decomposition is { } decomposition
            ? [.. DecompositionParameters.Specs(decomposition).SelectMany(s => Unstacked(s, Slices(s, decomposition)))]
            : config.Wave is { } wave
            ? [.. Wave.Specs(wave).Select(s => (s.Name, s.Shape))]
            : [.. VitWeights.Specs(config.Vit).Select(s => (s.Name, s.Shape))];

    /// <summary>Bytes of a file of that configuration, header included, without writing it.</summary>
    /// <param name="config">The configuration.</param><param name="type">F32 (default), F16 or BF16.</param>
    public static long Length(ModelConfig config, TensorType type = TensorType.F32) => SafetensorsWriter.FileLength(config.ToMetadata(), Plan(config, type));

    /// <summary>Checks that a file has just the tensors of its configuration, each of the right shape and of a floating type.</summary>
    /// <exception cref="InvalidInputException">Names the tensor and the two shapes, or the missing or surplus name.</exception>
    public static void Check(SafetensorsFile file, ModelConfig config)
    {
        var keys = Keys(config);
        foreach (var (name, shape) in keys)
        {
            if (!file.Tensors.TryGetValue(name, out var entry))
                throw new InvalidInputException($"tensor '{name}' of shape ({string.Join(", ", shape)}) is missing from the file.");
            if (!entry.Shape.SequenceEqual(shape))
                throw new InvalidInputException($"tensor '{name}' has shape ({string.Join(", ", entry.Shape)}); the configuration needs ({string.Join(", ", shape)}).");
            if (entry.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
                throw new InvalidInputException($"tensor '{name}' has type {entry.Type}; allowed are F32, F16 and BF16.");
        }
        if (file.Tensors.Count == keys.Count) return;
        var known = keys.Select(k => k.Name).ToHashSet();
        string surplus = file.Tensors.Keys.Where(k => !known.Contains(k)).Order(StringComparer.Ordinal).First();
        throw new InvalidInputException($"tensor '{surplus}' does not belong to the configuration; the nearest that does is '{Json.Nearest(surplus, known)}'.");
    }

    /// <summary>Reads a ViT's parameters, ready to be trained or run.</summary>
    public static ParameterSet ReadVit(SafetensorsFile file, VitShape shape, Device? device = null, bool allowNonFinite = false) =>
        Fill(file, new ParameterSet(VitWeights.Specs(shape), device), spec => [(spec.Name, null)], allowNonFinite);

    /// <summary>Reads a LeTs learngene's parameters, stacked over its layers.</summary>
    public static ParameterSet ReadLets(SafetensorsFile file, LetsShape shape, Device? device = null, bool allowNonFinite = false) =>
        Fill(file, new ParameterSet(LetsParameters.Specs(shape), device), spec => Slices(spec, shape), allowNonFinite);

    /// <summary>Reads a decomposition's parameters, stacked over its components.</summary>
    public static ParameterSet ReadDecomposition(SafetensorsFile file, DecompositionShape shape, Device? device = null, bool allowNonFinite = false) =>
        Fill(file, new ParameterSet(DecompositionParameters.Specs(shape), device), spec => Slices(spec, shape), allowNonFinite);

    /// <summary>Reads WAVE's templates and scalers.</summary>
    public static ParameterSet ReadWave(SafetensorsFile file, WaveShape shape, Device? device = null, bool allowNonFinite = false) =>
        Fill(file, new ParameterSet(Wave.Specs(shape), device), spec => [(spec.Name, null)], allowNonFinite);

    /// <summary>Writes a model of any kind from the tensors that a <see cref="StoredModel"/> of it has.</summary>
    /// <param name="stream">Where to.</param><param name="config">Its configuration.</param>
    /// <param name="parameters">Its tensors: of a vit by checkpoint name, of anything else by stacked name.</param>
    public static void Write(Stream stream, ModelConfig config, ParameterSet parameters)
    {
        if (config.Lets is not null) WriteLets(stream, config, parameters);
        else if (config.Decomposition is not null) WriteDecomposition(stream, config, name => parameters[name]);
        else Write(stream, config, TensorType.F32, name => (parameters[name], null));
    }

    /// <summary>Writes a ViT.</summary>
    /// <param name="stream">Where to.</param><param name="config">Its configuration.</param>
    /// <param name="weights">Its tensors.</param><param name="type">F32 (default), F16 or BF16.</param>
    public static void WriteVit(Stream stream, ModelConfig config, VitWeights weights, TensorType type = TensorType.F32)
    {
        var named = weights.Named(config.Vit);
        Write(stream, config, type, name => (named[name], null));
    }

    /// <summary>Writes a LeTs learngene, one tensor a layer.</summary>
    public static void WriteLets(Stream stream, ModelConfig config, ParameterSet parameters, TensorType type = TensorType.F32)
    {
        var at = LetsParameters.Specs(config.Lets!).SelectMany(s => Slices(s, config.Lets!).Select(slice => (slice.Name, s, slice.Layer)))
            .ToDictionary(x => x.Name, x => (parameters[x.s.Name], x.Layer));
        Write(stream, config, type, name => at[name]);
    }

    /// <summary>Writes a decomposition, one tensor a component.</summary>
    /// <param name="stream">Where to.</param><param name="config">Its configuration.</param>
    /// <param name="get">Its tensors by stacked name; of components beyond the configuration's nothing is written.</param>
    /// <param name="type">F32 (default), F16 or BF16.</param>
    public static void WriteDecomposition(Stream stream, ModelConfig config, Func<string, Tensor> get, TensorType type = TensorType.F32)
    {
        var at = DecompositionParameters.Specs(config.Decomposition!).SelectMany(s => Slices(s, config.Decomposition!).Select(slice => (slice.Name, Stacked: s.Name, slice.Layer)))
            .ToDictionary(x => x.Name, x => (x.Stacked, x.Layer));
        Write(stream, config, type, name => (get(at[name].Stacked), at[name].Layer));
    }

    /// <summary>Copies a checked file's tensors under fresh metadata, in the fixed order and as F32.</summary>
    public static void Rewrite(SafetensorsFile file, ModelConfig config, Stream stream)
    {
        var keys = Keys(config);
        using var writer = new SafetensorsWriter(stream, config.ToMetadata(), [.. keys.Select(k => new TensorPlan(k.Name, k.Shape, TensorType.F32))]);
        foreach (var (name, _) in keys)
        {
            using var scope = NewDisposeScope();
            TensorIO.Write(writer, TensorIO.Read(file, file[name], allowNonFinite: true));
        }
        writer.Complete();
    }

    /// <summary>Reads every tensor and refuses NaN and infinity, naming where.</summary>
    public static void CheckFinite(SafetensorsFile file, Action breathe)
    {
        foreach (var entry in file.Tensors.Values)
        {
            breathe();
            TensorIO.Read(file, entry).Dispose();
        }
    }

    private static void Write(Stream stream, ModelConfig config, TensorType type, Func<string, (Tensor Tensor, int? Layer)> get)
    {
        var plan = Plan(config, type);
        using var writer = new SafetensorsWriter(stream, config.ToMetadata(), plan);
        foreach (var (name, _, _) in plan)
        {
            using var scope = NewDisposeScope();
            var (tensor, layer) = get(name);
            TensorIO.Write(writer, layer is { } l ? tensor.select(0, l) : tensor);
        }
        writer.Complete();
    }

    private static TensorPlan[] Plan(ModelConfig config, TensorType type) => [.. Keys(config).Select(k => new TensorPlan(k.Name, k.Shape, type))];

    private static ParameterSet Fill(
        SafetensorsFile file, ParameterSet parameters, Func<ParameterSpec, IEnumerable<(string Name, int? Layer)>> slices, bool allowNonFinite)
    {
        try
        {
            foreach (var spec in parameters.Specs)
                foreach (var (name, layer) in slices(spec))
                {
                    using var none = no_grad();
                    using var scope = NewDisposeScope();
                    var target = layer is { } l ? parameters[spec.Name].select(0, l) : parameters[spec.Name];
                    target.copy_(TensorIO.Read(file, file[name], allowNonFinite));
                }
            return parameters;
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Unstacked(ParameterSpec spec, IEnumerable<(string Name, int? Layer)> slices) =>
        slices.Select(s => (s.Name, s.Layer is null ? spec.Shape : spec.Shape[1..]));

    // blocks.*.NAME is blocks.0.NAME, blocks.1.NAME, ... in a file, F.q is F.q.0, F.q.1, ... and F.q.up is F.q.0.up, F.q.1.up, ...
    private static IEnumerable<(string Name, int? Layer)> Slices(ParameterSpec spec, LetsShape shape)
    {
        var layers = Enumerable.Range(0, shape.Learngene.Depth);
        if (spec.Name.StartsWith("blocks.*.", StringComparison.Ordinal)) return layers.Select(l => ($"blocks.{l}.{spec.Name[9..]}", (int?)l));
        string[] parts = spec.Name.Split('.');
        if (parts[0] != "F" || parts[1] is "emb" or "cls") return [(spec.Name, null)];
        return layers.Select(l => (string.Join('.', [parts[0], parts[1], $"{l}", .. parts[2..]]), (int?)l));
    }

    // components.*.NAME is components.0.NAME, components.1.NAME, ... in a file.
    private static IEnumerable<(string Name, int? Layer)> Slices(ParameterSpec spec, DecompositionShape shape) =>
        DecompositionParameters.IsStacked(spec.Name)
            ? Enumerable.Range(0, shape.Components).Select(n => (spec.Name.Replace("*", $"{n}", StringComparison.Ordinal), (int?)n))
            : [(spec.Name, null)];
}
