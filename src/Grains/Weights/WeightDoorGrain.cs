using Orleans.Concurrency;

namespace Learngene.Grains.Weights;

/// <summary>Hands out tickets for this silo's HTTP door.</summary>
[StatelessWorker]
internal sealed class WeightDoorGrain(IWeightStore store, Tickets tickets, LearngeneOptions options) : Grain, IWeightDoorGrain
{
    public async Task<WeightTicket> Read(WeightRef weights) => await store.ExistsAsync(weights)
        ? Issue("get", weights)
        : throw new RefusedException($"weights {weights.Sha256} are not in the store.");

    public async Task<WeightTicket?> Write(WeightRef weights)
    {
        if (weights.Length < 8 || weights.Length > options.LargestUpload)
            throw new RefusedException($"a file of {weights.Length} bytes is not taken in; allowed are 8..{options.LargestUpload}.");
        if (weights.Sha256.Length != 64 || weights.Sha256.Any(c => !char.IsAsciiHexDigitLower(c)))
            throw new RefusedException("a SHA-256 is 64 lower-case hexadecimal digits.");
        return await store.TouchAsync(weights) ? null : Issue("put", weights); // young from now on: who asks is about to refer to it
    }

    private WeightTicket Issue(string verb, WeightRef weights)
    {
        var (ticket, expires) = tickets.Issue(verb, weights);
        return new($"{options.HttpAddress.TrimEnd('/')}/weights/{weights.Sha256}?ticket={ticket}", expires);
    }
}
