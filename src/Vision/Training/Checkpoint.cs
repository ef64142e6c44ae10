using System.Text.Json;
using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>Files of work that is not done: flat tensors, and as metadata where it is and whose it is, so that no two owners share a file.</summary>
internal static class Checkpoint
{
    private const string StateKey = "learngene.state";

    public static void Write(Stream stream, string owner, object state, params (string Name, Tensor Tensor)[] tensors)
    {
        var metadata = new Dictionary<string, string>
        {
            ["learngene.kind"] = "checkpoint", ["learngene.owner"] = owner, [StateKey] = JsonSerializer.Serialize(state, state.GetType(), Json.Strict),
        };
        using var writer = new SafetensorsWriter(stream, metadata, [.. tensors.Select(t => new TensorPlan(t.Name, [t.Tensor.numel()], TensorType.F32))]);
        foreach (var (_, tensor) in tensors) TensorIO.Write(writer, tensor);
        writer.Complete();
    }

    /// <summary>Copies tensors of a file over others.</summary>
    public static void Read(SafetensorsFile file, params (string Name, Tensor Tensor)[] into)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, target) in into) target.copy_(TensorIO.Read(file, file[name], allowNonFinite: true));
    }

    public static T State<T>(SafetensorsFile file) => Json.Parse<T>(file.Metadata[StateKey], StateKey);
}
