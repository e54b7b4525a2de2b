using Microsoft.AspNetCore.SignalR;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>Where browsers listen, at <c>/hub/bsp</c>. It only speaks: no method can be called from outside.</summary>
public sealed class BspHub : Hub
{
    public const string Path = "/hub/bsp";
}
