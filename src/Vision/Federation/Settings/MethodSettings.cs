namespace Learngene.Vision.Federation;

/// <summary>Options of fedprox.</summary>
public sealed record FedProxSettings
{
    /// <summary>Weight of mu/2 |theta - Theta|^2, 0..1,000. Default 0.01.</summary>
    public double Mu { get; init; } = 0.01;
}

/// <summary>Options of scaffold.</summary>
public sealed record ScaffoldSettings
{
    /// <summary>The server's step along the mean of what the clients trained, 0..10. Default 1.</summary>
    public double GlobalLr { get; init; } = 1;
    /// <summary>Momentum of the clients, 0..0.999. Default: the federation's [R] (the paper's clients have none).</summary>
    public double? Momentum { get; init; }
}
