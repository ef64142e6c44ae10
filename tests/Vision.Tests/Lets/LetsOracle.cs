namespace Learngene.Vision.Tests.Lets;

/// <summary>The sizes of METHODS 1.1 that the oracle needs.</summary>
internal sealed record OracleSizes(int SmallWidth, int SmallDepth, int BigWidth, int BigDepth, int HeadDim)
{
    public int Rows => BigDepth / 2;

    public int Pairs => SmallDepth / 2;

    /// <summary>MLP ratio 4.</summary>
    public const int Ratio = 4;
}

/// <summary>What a descendant takes (METHODS 1.6): extra channels, and for each pair extra heads and extra hidden neurons, all counted from 0.</summary>
internal sealed record OracleChoice(int Width, int[] Rows, int[] Channels, int[][] Heads, int[][] Hidden);

/// <summary>
/// METHODS 1.2, 1.3 and 1.6 by explicit loops in float64, from the tensors of a <c>lets</c> file to those of a descendant with timm's
/// names. Shares no code with the implementation.
/// </summary>
internal static class LetsOracle
{
    private static readonly string[] s_modules = ["norm1", "q", "k", "v", "proj", "norm2", "fc1", "fc2"];

    public static Dictionary<string, Numbers> Descendant(IReadOnlyDictionary<string, Numbers> file, OracleSizes s, OracleChoice choice)
    {
        file = WithMatrices(file);
        var result = new Dictionary<string, Numbers>();
        int width = choice.Width, kept = Math.Min(width, s.SmallWidth);
        var channels = Grown(kept, file["F.emb"], choice.Channels);
        var patch = file["patch_embed.proj.weight"];
        result["patch_embed.proj.weight"] = Rows(patch, channels).As(width, patch.Shape[1], patch.Shape[2], patch.Shape[3]);
        result["patch_embed.proj.bias"] = Vector(file["patch_embed.proj.bias"], channels);
        if (file.TryGetValue("cls_token", out var token)) result["cls_token"] = Vector(token, channels).As(1, 1, width);
        result["pos_embed"] = Positions(file["pos_embed"], s, kept, choice.Channels);
        foreach (string norm in (string[])["norm", "fc_norm"])
            if (file.ContainsKey($"{norm}.weight"))
                (result[$"{norm}.weight"], result[$"{norm}.bias"]) =
                    (Vector(file[$"{norm}.weight"], channels), Vector(file[$"{norm}.bias"], channels));
        result["head.weight"] = Columns(file["head.weight"], Grown(kept, file["F.cls"], choice.Channels));
        result["head.bias"] = file["head.bias"];
        for (int i = 0; i < choice.Rows.Length; i++)
            Layer(file, s, choice, choice.Rows[i], (name, value) => result[$"blocks.{i}.{name}"] = value);
        return result;
    }

    // A matrix of low rank is the product of its factors F.NAME.up (rows, rank) and F.NAME.down (rank, columns).
    private static IReadOnlyDictionary<string, Numbers> WithMatrices(IReadOnlyDictionary<string, Numbers> file)
    {
        var whole = new Dictionary<string, Numbers>(file);
        foreach (string name in file.Keys.Where(k => k.EndsWith(".up", StringComparison.Ordinal)).Select(k => k[..^3]))
        {
            Numbers up = file[$"{name}.up"], down = file[$"{name}.down"];
            whole[name] = Numbers.Matrix(up.Rows, down.Columns, (r, c) => Enumerable.Range(0, up.Columns).Sum(i => up[r, i] * down[i, c]));
        }
        return whole;
    }

    // One layer: the two layers of the row's pair widened each with its own matrices, then mixed with the row's scalars.
    private static void Layer(IReadOnlyDictionary<string, Numbers> file, OracleSizes s, OracleChoice choice, int row, Action<string, Numbers> add)
    {
        int pair = row * s.SmallDepth / s.BigDepth;
        var first = Wide(file, s, choice, 2 * pair);
        var second = Wide(file, s, choice, 2 * pair + 1);
        var mixed = new Dictionary<string, Numbers>();
        foreach (string name in first.Keys)
        {
            int module = Array.IndexOf(s_modules, name.Split('.')[0]);
            var g = file[name.EndsWith("weight", StringComparison.Ordinal) ? "G.weight" : "G.bias"];
            double a = g.Values[(row * 8 + module) * 2], b = g.Values[(row * 8 + module) * 2 + 1];
            mixed[name] = new(first[name].Shape, [.. first[name].Values.Zip(second[name].Values, (x, y) => a * x + b * y)]);
        }
        foreach (string norm in (string[])["norm1", "norm2"])
            foreach (string part in (string[])["weight", "bias"])
                add($"{norm}.{part}", mixed[$"{norm}.{part}"]);
        foreach (string part in (string[])["weight", "bias"])
        {
            if (mixed.ContainsKey($"q.{part}"))
            {
                double[] fused = [.. mixed[$"q.{part}"].Values, .. mixed[$"k.{part}"].Values, .. mixed[$"v.{part}"].Values];
                add($"attn.qkv.{part}", new(part == "weight" ? [3 * choice.Width, choice.Width] : [3 * choice.Width], fused));
            }
            add($"attn.proj.{part}", mixed[$"proj.{part}"]);
            add($"mlp.fc1.{part}", mixed[$"fc1.{part}"]);
            add($"mlp.fc2.{part}", mixed[$"fc2.{part}"]);
        }
    }

    private static Dictionary<string, Numbers> Wide(IReadOnlyDictionary<string, Numbers> file, OracleSizes s, OracleChoice choice, int layer)
    {
        int d = s.SmallWidth, kept = Math.Min(choice.Width, d), pair = layer / 2;
        int[] heads = [.. choice.Heads[pair].SelectMany(h => Enumerable.Range(h * s.HeadDim, s.HeadDim))];
        var channels = Grown(kept, file["F.emb"], choice.Channels);
        var hidden = Grown(OracleSizes.Ratio * kept, file[$"F.ffn.{layer}"], choice.Hidden[pair]);
        string at = $"blocks.{layer}.";
        var wide = new Dictionary<string, Numbers>();
        foreach (string norm in (string[])["norm1", "norm2"])
        {
            wide[$"{norm}.weight"] = Vector(file[$"{at}{norm}.weight"], channels);
            wide[$"{norm}.bias"] = Vector(file[$"{at}{norm}.bias"], channels);
        }
        for (int part = 0; part < 3; part++)
        {
            string module = s_modules[1 + part];
            var grown = Grown(kept, file[$"F.{module}.{layer}"], heads);
            var qkv = file[$"{at}attn.qkv.weight"];
            var weight = Numbers.Matrix(d, d, (r, c) => qkv[part * d + r, c]);
            wide[$"{module}.weight"] = Linear(weight, grown, channels);
            if (file.TryGetValue($"{at}attn.qkv.bias", out var bias))
                wide[$"{module}.bias"] = Vector(Numbers.Vector(d, r => bias[part * d + r]), grown);
        }
        wide["proj.weight"] = Linear(file[$"{at}attn.proj.weight"], channels, Grown(kept, file[$"F.v.{layer}"], heads));
        wide["proj.bias"] = Vector(file[$"{at}attn.proj.bias"], channels);
        wide["fc1.weight"] = Linear(file[$"{at}mlp.fc1.weight"], hidden, channels);
        wide["fc1.bias"] = Vector(file[$"{at}mlp.fc1.bias"], hidden);
        wide["fc2.weight"] = Linear(file[$"{at}mlp.fc2.weight"], channels, hidden);
        wide["fc2.bias"] = Vector(file[$"{at}mlp.fc2.bias"], channels);
        return wide;
    }

    // The new neurons: the first `kept` old ones as they are (row null), then a combination of the old ones for each chosen row of F.
    private static List<double[]?> Grown(int kept, Numbers f, int[] chosen)
    {
        var neurons = new List<double[]?>();
        for (int i = 0; i < kept; i++) neurons.Add(null);
        foreach (int row in chosen)
            neurons.Add([.. Enumerable.Range(0, f.Columns).Select(c => f[row, c])]);
        return neurons;
    }

    // W1 = [W, W Fi^T], W2 = [W1; Fo W1]
    private static Numbers Linear(Numbers weight, List<double[]?> outputs, List<double[]?> inputs) => Rows(Columns(weight, inputs), outputs);

    private static Numbers Columns(Numbers weight, List<double[]?> inputs) => Numbers.Matrix(weight.Rows, inputs.Count, (r, c) =>
    {
        if (inputs[c] is not { } combination) return weight[r, c];
        double sum = 0;
        for (int i = 0; i < combination.Length; i++) sum += weight[r, i] * combination[i];
        return sum;
    });

    private static Numbers Rows(Numbers weight, List<double[]?> outputs) => Numbers.Matrix(outputs.Count, weight.Columns, (r, c) =>
    {
        if (outputs[r] is not { } combination) return weight[r, c];
        double sum = 0;
        for (int o = 0; o < combination.Length; o++) sum += combination[o] * weight[o, c];
        return sum;
    });

    private static Numbers Vector(Numbers vector, List<double[]?> neurons) => Rows(vector.As(vector.Values.Length, 1), neurons).As(neurons.Count);

    // (1, tokens, D): the first channels, then the chosen ones of the others.
    private static Numbers Positions(Numbers pos, OracleSizes s, int kept, int[] chosen)
    {
        int tokens = pos.Shape[1], width = kept + chosen.Length;
        var matrix = pos.As(tokens, s.BigWidth);
        return Numbers.Matrix(tokens, width, (t, c) => matrix[t, c < kept ? c : s.SmallWidth + chosen[c - kept]]).As(1, tokens, width);
    }
}
