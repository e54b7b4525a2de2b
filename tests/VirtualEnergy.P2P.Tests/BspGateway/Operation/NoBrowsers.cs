using Microsoft.AspNetCore.SignalR;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>A hub that nobody listens to.</summary>
internal sealed class NoBrowsers : IHubContext<BspHub>
{
    public IHubClients Clients => throw new InvalidOperationException("No page is served here.");

    public IGroupManager Groups => throw new InvalidOperationException("No page is served here.");
}
