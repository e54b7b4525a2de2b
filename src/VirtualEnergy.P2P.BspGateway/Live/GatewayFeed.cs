using System.Collections.Immutable;
using Microsoft.AspNetCore.SignalR;

namespace VirtualEnergy.P2P.BspGateway.Live;

/// <summary>Pushes what changed to the browsers: a tick every cycle, and the parts that change apart from it, each whole.</summary>
/// <remarks>Sending is never waited for: a browser that is slow or gone does not hold up a cycle.</remarks>
public sealed class GatewayFeed(IHubContext<BspHub> hub)
{
    private GatewayViews? _views;

    /// <summary>What the parts are read from; set once, before the first cycle.</summary>
    public void ReadFrom(GatewayViews views) => _views = views;

    public void Cycled(ImmutableArray<UnitTick> units)
    {
        if (_views is { } views)
        {
            Send("tick", new Tick(units, new { Movers = views.Movers(), Moved = views.Moved(), Links = views.Links() }));
        }
    }

    public void OrdersChanged() => SendPart("orders", views => views.Orders());

    public void OffersChanged() => SendPart("offers", views => views.Offers());

    public void StatementsChanged()
    {
        SendPart("statements", views => views.Statements());
        SendPart("money", views => views.Money());
    }

    private void SendPart(string part, Func<GatewayViews, object> read)
    {
        if (_views is { } views)
        {
            Send(part, read(views));
        }
    }

    private void Send(string message, object payload) => _ = hub.Clients.All.SendAsync(message, payload, CancellationToken.None);
}
