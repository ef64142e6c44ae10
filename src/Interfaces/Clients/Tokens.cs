namespace Learngene.Clients;

/// <summary>What a token is good for.</summary>
[GenerateSerializer, Immutable, Alias("learngene.token")]
public sealed record TokenInfo
{
    /// <summary>Names the token without being it.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>The federation it opens.</summary>
    [Id(1)] public required string Federation { get; init; }
    /// <summary>The one client name it may take; null for any.</summary>
    [Id(2)] public string? Client { get; init; }
    /// <summary>When it was made.</summary>
    [Id(3)] public DateTimeOffset Created { get; init; }
    /// <summary>When it ends; null for never.</summary>
    [Id(4)] public DateTimeOffset? Expires { get; init; }
    /// <summary>Whether it no longer opens anything.</summary>
    [Id(5)] public bool Revoked { get; init; }
}

/// <summary>One token of edge clients and scripts; the key is its id. Only a hash of the secret is kept.</summary>
[Alias("learngene.token-grain")]
public interface ITokenGrain : IGrainWithStringKey
{
    /// <summary>Keeps a new token.</summary>
    /// <param name="info">What it is good for; its time is filled in here.</param><param name="secretHash">SHA-256 of the secret, hexadecimal.</param>
    /// <exception cref="RefusedException">The id is taken.</exception>
    [Alias("Create")] Task<TokenInfo> Create(TokenInfo info, string secretHash);

    /// <summary>What the token is good for, if the secret is its; null otherwise.</summary>
    [Alias("Check")] Task<TokenInfo?> Check(string secretHash);

    /// <summary>What the token is good for.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    [Alias("Get")] Task<TokenInfo> Get();

    /// <summary>Ends it.</summary>
    [Alias("Revoke")] Task<TokenInfo> Revoke();
}
