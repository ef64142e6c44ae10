using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>What a ticket of a round allows.</summary>
/// <param name="Verb"><c>get</c> or <c>put</c>.</param><param name="Federation">Whose round.</param><param name="Round">Which.</param>
/// <param name="Client">Who may.</param><param name="Cohort">Its cohort.</param><param name="Samples">Most images it may claim.</param><param name="Limit">Most bytes.</param>
/// <param name="Hosted">Whether the client is one of the silo's own; any other also needs its token, where tokens are asked for.</param>
internal sealed record RoundClaim(string Verb, string Federation, int Round, string Client, int Cohort, long Samples, long Limit, bool Hosted = false);

/// <summary>
/// Leave to download a round's learngene or to contribute to it, once granted: signed with the key of the silo or of its cluster and proof by itself, so that
/// it outlives the memory of the process that gave it.
/// </summary>
internal sealed class RoundTickets(LearngeneOptions options, TimeProvider time)
{
    private const int Longest = 1_500, Parts = 9;
    private const char Separator = '\n'; // in no name

    public string Issue(RoundClaim c, TimeSpan life)
    {
        long expires = (time.GetUtcNow() + life).ToUnixTimeSeconds();
        string text = string.Join(Separator, new string[]
        {
            c.Verb, c.Federation, Text(c.Round), c.Client, Text(c.Cohort), Text(c.Samples), Text(c.Limit), Text(expires), c.Hosted ? "1" : "0",
        });
        byte[] claim = Encoding.UTF8.GetBytes(text);
        return $"{Base64Url(claim)}.{Base64Url(Sign(claim))}";
    }

    /// <summary>What a ticket allows; null if it is forged, expired or for another verb.</summary>
    public RoundClaim? Check(string? ticket, string verb) => Read(ticket) is { } claim && claim.Verb == verb ? claim : null;

    /// <summary>What a ticket allows, whatever the verb; null if it is forged or expired.</summary>
    public RoundClaim? Read(string? ticket)
    {
        if (ticket is null || ticket.Length > Longest || ticket.Split('.') is not [var encoded, var signature]) return null;
        try
        {
            byte[] claim = FromBase64Url(encoded);
            if (!CryptographicOperations.FixedTimeEquals(FromBase64Url(signature), Sign(claim))) return null;
            string[] p = Encoding.UTF8.GetString(claim).Split(Separator);
            if (p.Length != Parts || Number(p[7]) < time.GetUtcNow().ToUnixTimeSeconds()) return null;
            return new(p[0], p[1], (int)Number(p[2]), p[3], (int)Number(p[4]), Number(p[5]), Number(p[6]), p[8] == "1");
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private byte[] Sign(byte[] claim) => HMACSHA256.HashData(options.TicketKey, (byte[])[.. "round\n"u8, .. claim]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    private static byte[] FromBase64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
