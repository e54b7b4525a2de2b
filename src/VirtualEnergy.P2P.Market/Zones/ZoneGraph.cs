using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>An arc of the graph that energy flows through.</summary>
/// <param name="Cost">µEUR/kWh of what flows.</param>
/// <param name="Rank">Decides between answers of equal cost: less is better.</param>
/// <param name="Capacity">Wh; <see cref="long.MaxValue"/> without a limit.</param>
internal readonly record struct ZoneArc(int From, int To, long Cost, int Rank, long Capacity);

/// <summary>Orders that nothing tells apart but price and energy: they share pro rata at the margin.</summary>
/// <param name="Zone">Index of the zone.</param>
/// <param name="Orders">Best price first, then by key, then by member.</param>
internal sealed record OrderClass(int Node, int Zone, bool IsGreen, Preferences Preferences, ImmutableArray<Order> Orders)
{
    /// <summary>Arcs of the class's price levels, best first.</summary>
    public List<int> Levels { get; } = [];
}

/// <summary>A way from sellers' energy to one class of buyers.</summary>
internal readonly record struct Channel(int From, OrderClass Buyer, int Arc);

/// <summary>
/// A book as a graph: the outside (node 0) sells at the sell steps' prices into pools of one zone and quality, and buys at the
/// buy steps' prices from the classes of buyers. Between them lie the lines.
/// </summary>
/// <remarks>
/// <code>
/// steps → pool (zone, quality) ───────────────────────────→ buyers of the zone → steps       local
///             │         └──────→ hub (zone, quality) ─────→ buyers of that zone            line without limit
///             └→ line ──limit──→ hub (zone, grey) ────────→ buyers of that zone            line with a limit
/// steps → partner → her pool;  partner ───────────────────→ buyers who named her
/// </code>
/// Behind a line with a limit origin is not tracked: energy of either quality arrives as grey. Else the limit would couple flows
/// of two qualities, and the problem would be no minimum-cost flow with whole answers any more.
/// </remarks>
internal sealed class ZoneGraph
{
    /// <summary>Where all steps begin or end; its price is 0.</summary>
    public const int Outside = 0;

    private readonly ZoneNetwork _network;
    private readonly Dictionary<ZoneId, int> _zoneIndex;
    private readonly int[,] _pools;
    private readonly int[,] _hubs;
    private readonly int _volumeRank;

    public ZoneGraph(Ladder ladder, ZoneNetwork network)
    {
        _network = network;
        Zones = [.. ladder.Buys.Concat(ladder.Sells).Select(order => order.Zone).Distinct().Order()];
        _zoneIndex = Zones.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        _pools = new int[Zones.Length, 2];
        _hubs = new int[Zones.Length, 2];

        var named = ladder.Buys.Select(order => PartnerOf(order.Preferences)).OfType<MemberId>().ToHashSet();
        var sells = ladder.Sells
            .GroupBy(order => (Zone: _zoneIndex[order.Zone], order.IsGreen, Partner: named.Contains(order.Member) ? order.Member : (MemberId?)null))
            .OrderBy(group => group.Key.Zone).ThenBy(group => group.Key.IsGreen).ThenBy(group => group.Key.Partner ?? new MemberId("")).ToList();
        var buys = ladder.Buys
            .GroupBy(order => (Zone: _zoneIndex[order.Zone], Preferences: Effective(order.Preferences)))
            .OrderBy(group => group.Key.Zone).ThenBy(group => group.Key.Preferences.GreenPremium).ThenBy(group => group.Key.Preferences.LocalPremium)
            .ThenBy(group => group.Key.Preferences.Partner ?? new MemberId("")).ThenBy(group => group.Key.Preferences.PartnerPremium).ToList();

        // No simple cycle changes the volume by more than one unit's arc or crosses more lines than there are nodes.
        _volumeRank = 2 * Zones.Length * (4 + Zones.Length) + sells.Count + buys.Count + 2;
        foreach (var group in sells)
        {
            var pool = _pools[group.Key.Zone, group.Key.IsGreen ? 1 : 0] is var known and > 0 ? known : _pools[group.Key.Zone, group.Key.IsGreen ? 1 : 0] = NewNode();
            var node = pool;
            if (group.Key.Partner is not null)
            {
                node = NewNode();
                PartnerPools.Add(node, (pool, Add(node, pool, 0)));
            }

            Sellers.Add(new OrderClass(node, group.Key.Zone, group.Key.IsGreen, default, [.. group]));
            AddLevels(Sellers[^1], Side.Sell);
        }

        foreach (var zone in buys.Select(group => group.Key.Zone).Distinct())
        {
            Connect(zone);
        }

        foreach (var group in buys)
        {
            Buyers.Add(new OrderClass(NewNode(), group.Key.Zone, false, group.Key.Preferences, [.. group]));
            AddBuyer(Buyers[^1]);
        }
    }

    public ImmutableArray<ZoneId> Zones { get; }

    public int Nodes { get; private set; } = 1;

    public List<ZoneArc> Arcs { get; } = [];

    public List<OrderClass> Sellers { get; } = [];

    public List<OrderClass> Buyers { get; } = [];

    /// <summary>From a partner's node to her zone's pool and the arc there.</summary>
    public Dictionary<int, (int Pool, int Arc)> PartnerPools { get; } = [];

    /// <summary>From a partner to those who named her.</summary>
    public List<(Channel Channel, OrderClass Seller)> PartnerChannels { get; } = [];

    /// <summary>From pools to buyers of the same zone.</summary>
    public List<(Channel Channel, bool IsGreen)> LocalChannels { get; } = [];

    /// <summary>From hubs to buyers.</summary>
    public List<Channel> HubChannels { get; } = [];

    /// <summary>Into hubs: from which zone and pools; Limit is the arc that has the line's limit, or −1.</summary>
    public List<(int Hub, int BuyerZone, int SellerZone, bool IsGreen, int Limit, ImmutableArray<(int Pool, int Arc)> Pools)> Imports { get; } = [];

    /// <summary>What the solver minimises: cost first, then more volume, then fewer crossings of lines, in one number.</summary>
    /// <exception cref="OverflowException">Prices are so large that the sums do not fit in 64 bits.</exception>
    public Func<ZoneArc, long> SolverCost()
    {
        var scale = 4L * _volumeRank;
        var largest = Arcs.Aggregate(Int128.Zero, (most, arc) => Int128.Max(most, Int128.Abs(arc.Cost)));
        if ((largest + 1) * scale * (Nodes + 2) > long.MaxValue)
        {
            throw new OverflowException("The book's prices, with fees and premiums, are too large to be cleared over zones exactly.");
        }

        return arc => arc.Cost * scale + arc.Rank;
    }

    private static Preferences Effective(Preferences stated) => stated with { Partner = PartnerOf(stated) };

    private static MemberId? PartnerOf(Preferences preferences) => preferences.PartnerPremium == default ? null : preferences.Partner;

    private int NewNode() => Nodes++;

    private int Add(int from, int to, long cost, int rank = 0, long capacity = long.MaxValue)
    {
        Arcs.Add(new ZoneArc(from, to, cost, rank, capacity));
        return Arcs.Count - 1;
    }

    private void AddLevels(OrderClass @class, Side side)
    {
        var orders = @class.Orders;
        for (int start = 0, end; start < orders.Length; start = end)
        {
            Int128 energy = 0;
            for (end = start; end < orders.Length && orders[end].Price == orders[start].Price; end++)
            {
                energy += orders[end].Energy.WattHours;
            }

            var price = orders[start].Price.MicroEurPerKWh;
            var capacity = (long)Int128.Min(energy, long.MaxValue);
            @class.Levels.Add(side == Side.Sell
                ? Add(Outside, @class.Node, price, 0, capacity)
                : Add(@class.Node, Outside, checked(-price), -_volumeRank, capacity));
        }
    }

    private void Connect(int zone)
    {
        for (var from = 0; from < Zones.Length; from++)
        {
            int grey = _pools[from, 0], green = _pools[from, 1];
            if (from == zone || (grey == 0 && green == 0))
            {
                continue;
            }

            var fee = _network.Fee(Zones[zone], Zones[from]).MicroEurPerKWh;
            if (_network.Capacity(Zones[zone], Zones[from]) is { } limit)
            {
                if (limit > Energy.Zero)
                {
                    var line = NewNode();
                    ImmutableArray<(int, int)> pools = [.. new[] { grey, green }.Where(pool => pool > 0).Select(pool => (pool, Add(pool, line, 0)))];
                    Imports.Add((Hub(zone, 0), zone, from, false, Add(line, Hub(zone, 0), fee, 1, limit.WattHours), pools));
                }

                continue;
            }

            for (var quality = 0; quality < 2; quality++)
            {
                if (_pools[from, quality] is var pool and > 0)
                {
                    Imports.Add((Hub(zone, quality), zone, from, quality == 1, -1, [(pool, Add(pool, Hub(zone, quality), fee, 1))]));
                }
            }
        }
    }

    private int Hub(int zone, int quality) => _hubs[zone, quality] is var known and > 0 ? known : _hubs[zone, quality] = NewNode();

    private void AddBuyer(OrderClass buyer)
    {
        AddLevels(buyer, Side.Buy);
        var zone = Zones[buyer.Zone];
        var ownFee = _network.Fee(zone, zone).MicroEurPerKWh;
        var (green, local) = (buyer.Preferences.GreenPremium.MicroEurPerKWh, buyer.Preferences.LocalPremium.MicroEurPerKWh);
        for (var quality = 0; quality < 2; quality++)
        {
            var premium = quality == 1 ? green : 0;
            if (_pools[buyer.Zone, quality] is var pool and > 0)
            {
                LocalChannels.Add((new Channel(pool, buyer, Add(pool, buyer.Node, checked(ownFee - local - premium))), quality == 1));
            }

            if (_hubs[buyer.Zone, quality] is var hub and > 0)
            {
                HubChannels.Add(new Channel(hub, buyer, Add(hub, buyer.Node, -premium)));
            }
        }

        foreach (var seller in Sellers.Where(seller => PartnerPools.ContainsKey(seller.Node) && seller.Orders[0].Member == buyer.Preferences.Partner))
        {
            if (seller.Zone == buyer.Zone || _network.Capacity(zone, Zones[seller.Zone]) is null)
            {
                var premium = checked((seller.Zone == buyer.Zone ? local : 0) + (seller.IsGreen ? green : 0) + buyer.Preferences.PartnerPremium.MicroEurPerKWh);
                var fee = _network.Fee(zone, Zones[seller.Zone]).MicroEurPerKWh;
                var arc = Add(seller.Node, buyer.Node, checked(fee - premium), seller.Zone == buyer.Zone ? 0 : 1);
                PartnerChannels.Add((new Channel(seller.Node, buyer, arc), seller));
            }
        }
    }
}
