using Learngene.Grains.Federation.Rounds;

namespace Learngene.Grains.Tests.Federation;

/// <summary>What a ticket of a round is worth, and until when.</summary>
public sealed class RoundTicketTests
{
    private static readonly RoundClaim s_claim = new("put", "a/federation", 3, "one", 2, 40, 1_000);
    private readonly Clock _clock = new();
    private readonly RoundTickets _tickets;

    public RoundTicketTests() => _tickets = Tickets(1);

    [Fact]
    public void It_says_what_it_was_given_for_until_it_expires()
    {
        string ticket = _tickets.Issue(s_claim, TimeSpan.FromMinutes(1)), hosted = _tickets.Issue(s_claim with { Hosted = true }, TimeSpan.FromMinutes(1));
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(s_claim, _tickets.Check(ticket, "put"));
        Assert.Equal(s_claim with { Hosted = true }, _tickets.Check(hosted, "put"));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Null(_tickets.Check(ticket, "put"));
        Assert.Null(_tickets.Read(ticket));
    }

    [Fact]
    public void Another_verb_another_key_and_every_changed_letter_make_it_worthless()
    {
        string ticket = _tickets.Issue(s_claim, TimeSpan.FromMinutes(1));
        Assert.Null(_tickets.Check(ticket, "get"));
        Assert.Null(Tickets(2).Check(ticket, "put"));
        Assert.Null(_tickets.Check(null, "put"));
        Assert.Null(_tickets.Check(ticket + "A", "put"));
        for (int i = 0; i < ticket.Length - 1; i++) // the last letter of base64 has bits that mean nothing
            Assert.Null(_tickets.Check(ticket[..i] + (ticket[i] == 'A' ? 'B' : 'A') + ticket[(i + 1)..], "put"));
    }

    private RoundTickets Tickets(byte key) => new(new() { TicketKey = [key], WeightsDirectory = "", FederationsDirectory = "" }, _clock);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
