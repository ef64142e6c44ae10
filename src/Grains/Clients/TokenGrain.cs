using System.Security.Cryptography;
using System.Text;
using Learngene.Clients;
using Learngene.Learngenes;

namespace Learngene.Grains.Clients;

/// <summary>A token's durable state.</summary>
[GenerateSerializer, Immutable, Alias("learngene.token-record")]
internal sealed record TokenRecord
{
    [Id(0)] public TokenInfo? Info { get; init; }
    [Id(1)] public string SecretHash { get; init; } = "";
}

/// <summary>One token; the secret itself is nowhere.</summary>
internal sealed class TokenGrain([PersistentState("token")] IPersistentState<TokenRecord> state, TimeProvider time) : Grain, ITokenGrain
{
    private readonly Durable<TokenRecord> _record = new(state);

    public async Task<TokenInfo> Create(TokenInfo info, string secretHash)
    {
        if (_record.Value.Info is not null) throw new RefusedException($"token '{info.Id}' exists already.");
        Names.Require(info.Federation);
        if (info.Client is { } client) Names.RequireClient(client);
        if (info.Expires <= time.GetUtcNow()) throw new RefusedException($"expires {info.Expires:u} is past; name a time to come, or none.");
        await GrainFactory.Shard(Catalogue.Tokens, info.Id).Add(info.Id);
        await _record.ChangeAsync(_ => new() { Info = info with { Id = this.GetPrimaryKeyString(), Created = time.GetUtcNow(), Revoked = false }, SecretHash = secretHash });
        return _record.Value.Info!;
    }

    public Task<TokenInfo?> Check(string secretHash)
    {
        var info = _record.Value.Info;
        bool genuine = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(secretHash), Encoding.ASCII.GetBytes(_record.Value.SecretHash));
        return Task.FromResult(info is null || !genuine || info.Revoked || info.Expires <= time.GetUtcNow() ? null : info);
    }

    public Task<TokenInfo> Get() => Task.FromResult(Known());

    public async Task<TokenInfo> Revoke()
    {
        if (!Known().Revoked) await _record.ChangeAsync(r => r with { Info = r.Info! with { Revoked = true } });
        return Known();
    }

    private TokenInfo Known() => _record.Value.Info
        ?? throw new RefusedException($"there is no token '{this.GetPrimaryKeyString()}'; 'learngene tokens list' shows those there are.");
}
