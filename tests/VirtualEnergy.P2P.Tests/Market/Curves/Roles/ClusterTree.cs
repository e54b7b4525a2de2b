using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

/// <summary>Device agents below concentrators below an auctioneer, to any depth; messages arrive at once.</summary>
internal sealed class ClusterTree
{
    public const long Forever = 1_000_000_000;

    private readonly Auctioneer _auctioneer;
    private readonly List<Node> _nodes = [];

    /// <param name="parents">Of each concentrator an earlier one, or −1 for the auctioneer.</param>
    /// <param name="shaving">Of each concentrator; null for none.</param>
    public ClusterTree(MarketBasis basis, IReadOnlyList<int> parents, IReadOnlyList<PeakShaving?>? shaving = null, ObjectiveAgent? objective = null)
    {
        _auctioneer = new Auctioneer(Book(basis), new UpdateLimit(0), objective);
        foreach (var (parent, index) in parents.Select((parent, index) => (parent, index)))
        {
            var shaved = shaving?[index] is { } bounds ? new ShavedFlow(bounds, 0) : null;
            _nodes.Add(new Node(parent, Name("c", index), new Concentrator(Book(basis), new UpdateLimit(0), new BidSeries(Forever), shaved)));
        }
    }

    /// <summary>Each device's agent, under its concentrator (−1: the auctioneer), with its curve.</summary>
    public List<(int Parent, MemberId Id, DeviceAgent Agent, DemandCurve Curve)> Devices { get; } = [];

    /// <summary>The last energy of each concentrator.</summary>
    public Dictionary<MemberId, Energy> Received { get; } = [];

    /// <summary>The last price step that each device followed, and its energy.</summary>
    public Dictionary<MemberId, long> Followed { get; } = [];

    public Dictionary<MemberId, Energy> Allocated { get; } = [];

    public void Add(int parent, DemandCurve curve, long now)
    {
        var (id, agent) = (Name("d", Devices.Count), new DeviceAgent(new BidSeries(Forever)));
        Devices.Add((parent, id, agent, curve));
        Bid(parent, id, agent.Bid(curve, now), now);
    }

    /// <summary>Bids up, from the last concentrator to the first; then the price down.</summary>
    public void Run(long now, Period period)
    {
        for (var index = _nodes.Count - 1; index >= 0; index--)
        {
            var node = _nodes[index];
            if (node.Concentrator.Update(now) is { } bid)
            {
                Bid(node.Parent, node.Id, bid, now);
            }
        }

        Tell(_auctioneer.Update(now, period), now);
    }

    public PeriodClose Close(long now, Period period, int seconds)
    {
        var close = _auctioneer.Close(now, period, seconds);
        Give(close.Allocations, seconds);
        return close;
    }

    public Node? Concentrator(MemberId id) => _nodes.FirstOrDefault(node => node.Id == id);

    public IEnumerable<Node> Concentrators => _nodes;

    private static AgentBook Book(MarketBasis basis) => new(basis, new AgentBookRules { BidLifetime = Forever });

    private static MemberId Name(string kind, int index) => new($"{kind}{index:000}");

    private void Bid(int parent, MemberId id, NumberedCurve bid, long now)
    {
        if ((parent < 0 ? _auctioneer.Bid(id, bid, now) : _nodes[parent].Concentrator.Bid(id, bid, now)) is { } refusal)
        {
            throw new InvalidOperationException(refusal.Code);
        }
    }

    private void Tell(IEnumerable<PriceFor> prices, long now)
    {
        foreach (var (id, price) in prices)
        {
            if (Concentrator(id) is { } node)
            {
                Tell(node.Concentrator.Translate(price, now), now);
            }
            else if (Devices.Single(device => device.Id == id).Agent.Follow(price) is not null)
            {
                Followed[id] = price.Price;
            }
        }
    }

    private void Give(IEnumerable<AllocationFor> allocations, int seconds)
    {
        foreach (var (id, allocation) in allocations)
        {
            if (Concentrator(id) is { } node)
            {
                Received[id] = allocation.Energy;
                Give(node.Concentrator.Split(allocation, seconds), seconds);
            }
            else if (Devices.Single(device => device.Id == id).Agent.TryTake(allocation, seconds))
            {
                Allocated[id] = allocation.Energy;
            }
        }
    }

    internal sealed record Node(int Parent, MemberId Id, Concentrator Concentrator);
}
