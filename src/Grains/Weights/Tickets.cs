using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Learngene.Grains.Weights;

/// <summary>
/// Leave to move one file once decided: verb, object, length and expiry, signed with the key of the silo or of its cluster. Worth exactly that transfer.
/// </summary>
internal sealed class Tickets(LearngeneOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_life = TimeSpan.FromHours(1);

    public (string Ticket, DateTimeOffset Expires) Issue(string verb, WeightRef weights)
    {
        var expires = time.GetUtcNow() + s_life;
        string claim = string.Create(CultureInfo.InvariantCulture, $"{verb}.{weights.Sha256}.{weights.Length}.{expires.ToUnixTimeSeconds()}");
        return ($"{claim}.{Sign(claim)}", expires);
    }

    /// <summary>What a ticket allows; null if it is forged, expired or for something else.</summary>
    public WeightRef? Check(string? ticket, string verb, string sha256)
    {
        if (ticket is null || ticket.Length > 400 || ticket.Split('.') is not [var v, var hash, var length, var expires, var signature]) return null;
        string claim = $"{v}.{hash}.{length}.{expires}";
        bool genuine = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(Sign(claim)));
        if (!genuine || v != verb || hash != sha256) return null;
        if (long.Parse(expires, CultureInfo.InvariantCulture) < time.GetUtcNow().ToUnixTimeSeconds()) return null;
        return new(hash, long.Parse(length, CultureInfo.InvariantCulture));
    }

    private string Sign(string claim) => Convert.ToHexStringLower(HMACSHA256.HashData(options.TicketKey, Encoding.ASCII.GetBytes(claim)));
}
