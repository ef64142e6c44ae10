using System.Security.Cryptography;
using System.Text;
using Learngene.Clients;
using Learngene.Learngenes;

namespace Learngene.Sdk.Clients;

/// <summary>Makes, lists and revokes the tokens of edge clients and scripts.</summary>
public sealed class TokensClient
{
    private const int SecretBytes = 32, IdBytes = 6;
    private readonly IGrainFactory _grains;

    internal TokensClient(IGrainFactory grains) => _grains = grains;

    /// <summary>Makes a token. It is shown this once: the cluster keeps a hash of it.</summary>
    /// <param name="federation">The federation that it opens.</param><param name="client">The one client name that it may take; null for any.</param>
    /// <param name="expires">When it ends; null for never.</param><param name="token">Gives up.</param>
    public async Task<(TokenInfo Info, string Token)> CreateAsync(string federation, string? client = null, DateTimeOffset? expires = null, CancellationToken token = default)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
        // Not retried: a second try would find the first one's token.
        var info = await _grains.GetGrain<ITokenGrain>(id).Create(new() { Id = id, Federation = federation, Client = client, Expires = expires }, hash).WaitAsync(token);
        return (info, $"lg_{id}_{secret}");
    }

    /// <summary>All tokens, oldest first, revoked ones included.</summary>
    public async Task<IReadOnlyList<TokenInfo>> ListAsync(CancellationToken token = default)
    {
        var ids = await Retry.CallAsync(() => _grains.ListAsync(Catalogue.Tokens), token);
        var tokens = new List<TokenInfo>();
        foreach (string id in ids)
            try
            {
                tokens.Add(await Retry.CallAsync(() => _grains.GetGrain<ITokenGrain>(id).Get(), token));
            }
            catch (RefusedException)
            {
                // Listed, but never stored.
            }
        return [.. tokens.OrderBy(t => t.Created).ThenBy(t => t.Id, StringComparer.Ordinal)];
    }

    /// <summary>Ends a token.</summary>
    /// <param name="id">Its id, or the token itself.</param><param name="token">Gives up.</param>
    /// <exception cref="RefusedException">There is none.</exception>
    public Task<TokenInfo> RevokeAsync(string id, CancellationToken token = default) =>
        Retry.CallAsync(() => _grains.GetGrain<ITokenGrain>(id.StartsWith("lg_", StringComparison.Ordinal) ? id.Split('_')[1] : id).Revoke(), token);
}
