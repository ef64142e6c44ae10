using System.IO.Hashing;
using System.Text;
using Learngene.Clients;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Writes work orders: what a client is to do, and the tickets for what it may move.</summary>
internal sealed class RoundOrders(RoundTickets tickets, LearngeneOptions options)
{
    // Up to here an order brings the download along: asking for it would cost more than it does.
    private const int LongestInline = 16 * 1024;
    // An upload that comes after the lease is answered by the round, not by the ticket.
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    /// <summary>The number of a client that brings its own data: from its name, so that it stays the same.</summary>
    public static ulong Number(string client) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(client));

    /// <summary>A client's work in a round.</summary>
    /// <param name="open">The round.</param><param name="client">Its name.</param><param name="number">Its number.</param><param name="cohort">Its cohort.</param><param name="samples">Most images it may claim.</param>
    /// <param name="hosted">Whether it is one of the silo's own.</param>
    public WorkOrder Of(OpenRound open, string client, ulong number, int cohort, int samples, bool hosted)
    {
        var (terms, settings) = (open.Terms, open.Terms.Task.Settings);
        var lease = TimeSpan.FromSeconds(settings.Lease!.Value);
        long bytes = open.DownloadBytes(cohort);
        return new()
        {
            Round = terms.Round, Cohort = cohort, Cohorts = terms.Cohorts, Layers = terms.Plan, Seed = RoundWork.SeedOf(settings.Seed, terms.Round, number), LeaseSeconds = lease.TotalSeconds,
            UploadLimit = terms.LongestContribution, DownloadBytes = bytes, Inline = bytes is > 0 and <= LongestInline ? Copy(open, cohort) : null,
            Download = bytes > LongestInline ? Url("get", terms, client, cohort, 0, bytes, lease, hosted) : null,
            Upload = Url("put", terms, client, cohort, samples, terms.LongestContribution, lease, hosted),
        };
    }

    /// <summary>Where a member gets what initialises it.</summary>
    public string InitialisationUrl(string federation, int round, string client, int cohort, long bytes) =>
        $"{Address(federation)}/initialisation?ticket={tickets.Issue(new("initialise", federation, round, client, cohort, 0, bytes), s_grace)}";

    private string Url(string verb, RoundTerms terms, string client, int cohort, int samples, long limit, TimeSpan lease, bool hosted) =>
        $"{Address(terms.Federation)}/rounds/{terms.Round}?ticket={tickets.Issue(new(verb, terms.Federation, terms.Round, client, cohort, samples, limit, hosted), lease + s_grace)}";

    private static byte[]? Copy(OpenRound open, int cohort)
    {
        using var download = open.Download(cohort);
        return download?.Bytes.ToArray();
    }

    private string Address(string federation) => $"{options.HttpAddress.TrimEnd('/')}/api/v1/federations/{Uri.EscapeDataString(federation)}";
}
