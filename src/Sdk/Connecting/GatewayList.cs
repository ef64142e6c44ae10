using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Learngene.Sdk.Connecting;

/// <summary>
/// The gateways that a client knows: at first those that answer, from the first refreshing on all that were named. Orleans begins with any of
/// those it knows, and where nobody listens there it tries the next only after a refreshing, by when a client that has just started has given up.
/// </summary>
/// <param name="named">All, those that answer first.</param>
/// <param name="answering">How many answer.</param>
/// <param name="refresh">How often the list is asked for.</param>
internal sealed class GatewayList(IOptions<StaticGatewayListProviderOptions> named, int answering, IOptions<GatewayOptions> refresh) : IGatewayListProvider
{
    private int _asked;

    public TimeSpan MaxStaleness => refresh.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public Task<IList<Uri>> GetGateways() =>
        Task.FromResult<IList<Uri>>(Interlocked.Exchange(ref _asked, 1) == 0 ? [.. named.Value.Gateways.Take(answering)] : named.Value.Gateways);
}
