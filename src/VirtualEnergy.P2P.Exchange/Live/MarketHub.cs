using Microsoft.AspNetCore.SignalR;

namespace VirtualEnergy.P2P.Exchange.Live;

/// <summary>Where browsers listen, at <c>/hub/market</c>. It only speaks: no method can be called from outside.</summary>
public sealed class MarketHub : Hub
{
    public const string Path = "/hub/market";
}
