namespace Learngene.Vision.Tests.Lets;

/// <summary>The forward pass of METHODS 0 (DeiT, timm's names) by explicit loops in float64, one image at a time.</summary>
internal static class VitOracle
{
    /// <param name="w">timm's tensors.</param>
    /// <param name="image">(channels, height, width), flat.</param>
    /// <param name="patch">Patch side.</param><param name="heads">Attention heads.</param>
    public static double[] Logits(IReadOnlyDictionary<string, Numbers> w, double[] image, int patch, int heads)
    {
        double[][] x = Embed(w, image, patch);
        for (int layer = 0; w.ContainsKey($"blocks.{layer}.norm1.weight"); layer++)
            Block(w, $"blocks.{layer}.", x, heads);
        bool token = w.ContainsKey("cls_token");
        double[] pooled = x[0];
        if (!token)
            pooled = [.. Enumerable.Range(0, x[0].Length).Select(c => x.Average(t => t[c]))];
        return Linear(w, "head", Norm(w, token ? "norm" : "fc_norm", pooled));
    }

    private static double[][] Embed(IReadOnlyDictionary<string, Numbers> w, double[] image, int patch)
    {
        var kernel = w["patch_embed.proj.weight"];
        int width = kernel.Shape[0], channels = kernel.Shape[1], side = (int)Math.Sqrt(image.Length / channels), along = side / patch;
        var tokens = new List<double[]>();
        if (w.TryGetValue("cls_token", out var cls)) tokens.Add([.. cls.Values]);
        for (int py = 0; py < along; py++)
            for (int px = 0; px < along; px++)
            {
                var token = new double[width];
                for (int o = 0; o < width; o++)
                {
                    double sum = w["patch_embed.proj.bias"][o];
                    for (int c = 0; c < channels; c++)
                        for (int y = 0; y < patch; y++)
                            for (int x = 0; x < patch; x++)
                                sum += kernel[o, (c * patch + y) * patch + x] * image[(c * side + py * patch + y) * side + px * patch + x];
                    token[o] = sum;
                }
                tokens.Add(token);
            }
        for (int t = 0; t < tokens.Count; t++)
            for (int c = 0; c < width; c++)
                tokens[t][c] += w["pos_embed"][t * width + c];
        return [.. tokens];
    }

    private static void Block(IReadOnlyDictionary<string, Numbers> w, string at, double[][] x, int heads)
    {
        int width = x[0].Length, dim = width / heads;
        double[][] qkv = [.. x.Select(t => Linear(w, at + "attn.qkv", Norm(w, at + "norm1", t)))];
        for (int t = 0; t < x.Length; t++)
        {
            var mixed = new double[width];
            for (int h = 0; h < heads; h++)
            {
                var weight = new double[x.Length];
                for (int u = 0; u < x.Length; u++)
                    for (int i = 0; i < dim; i++)
                        weight[u] += qkv[t][h * dim + i] * qkv[u][width + h * dim + i] / Math.Sqrt(dim);
                double top = weight.Max(), sum = weight.Sum(a => Math.Exp(a - top));
                for (int u = 0; u < x.Length; u++)
                    for (int i = 0; i < dim; i++)
                        mixed[h * dim + i] += Math.Exp(weight[u] - top) / sum * qkv[u][2 * width + h * dim + i];
            }
            x[t] = Sum(x[t], Linear(w, at + "attn.proj", mixed));
        }
        for (int t = 0; t < x.Length; t++)
        {
            double[] hidden = Linear(w, at + "mlp.fc1", Norm(w, at + "norm2", x[t]));
            x[t] = Sum(x[t], Linear(w, at + "mlp.fc2", [.. hidden.Select(Gelu)]));
        }
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Linear(IReadOnlyDictionary<string, Numbers> w, string name, double[] x)
    {
        var weight = w[name + ".weight"];
        var result = new double[weight.Rows];
        for (int o = 0; o < result.Length; o++)
        {
            double sum = w.TryGetValue(name + ".bias", out var bias) ? bias[o] : 0;
            for (int i = 0; i < x.Length; i++) sum += weight[o, i] * x[i];
            result[o] = sum;
        }
        return result;
    }

    private static double[] Norm(IReadOnlyDictionary<string, Numbers> w, string name, double[] x)
    {
        double mean = x.Average(), variance = x.Average(v => (v - mean) * (v - mean));
        return [.. x.Select((v, i) => (v - mean) / Math.Sqrt(variance + 1e-6) * w[name + ".weight"][i] + w[name + ".bias"][i])];
    }

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    // erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1*3*..*(2n+1)): all terms of one sign, so exact to float64 where it matters.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; n < 300; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
