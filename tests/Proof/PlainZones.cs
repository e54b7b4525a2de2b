using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// The best answer over zones and preferences (market rules 6 and 7) by augmenting paths over single orders: the way from a sell to a
/// buy that gains most is used for as much as it carries, again and again, while one gains. Knows no classes, no pools and no prices.
/// </summary>
/// <remarks>Bellman and Ford's search, as an order may have to give way again. Slow beyond some dozens of orders.</remarks>
internal sealed class PlainZones
{
    // Welfare first, then volume, then few crossings, in one number: no path of these small books passes 2¹¹ lines.
    private const int WelfareShift = 24, VolumeShift = 12;

    private readonly List<(int From, int To, long Gain)> _arcs = [];
    private readonly List<long> _left = [];
    private int _nodes = 2;

    private PlainZones(IReadOnlyList<Order> book, ZoneNetwork network)
    {
        var node = book.ToDictionary(order => order, _ => _nodes++, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var sells = book.Where(order => order.Side == Side.Sell).ToList();
        var buys = book.Where(order => order.Side == Side.Buy).ToList();
        sells.ForEach(sell => Join(0, node[sell], -sell.Price.MicroEurPerKWh << WelfareShift, sell.Energy.WattHours));
        buys.ForEach(buy => Join(node[buy], 1, (buy.Price.MicroEurPerKWh << WelfareShift) + (1L << VolumeShift), buy.Energy.WattHours));

        var lines = new Dictionary<(ZoneId, ZoneId), (int In, int Out)>();
        foreach (var line in network.Lines.Where(line => line.Capacity is not null))
        {
            var ends = lines[(line.Buyer, line.Seller)] = (_nodes++, _nodes++);
            Join(ends.In, ends.Out, 0, line.Capacity!.Value.WattHours);
            sells.FindAll(sell => sell.Zone == line.Seller).ForEach(sell => Join(node[sell], ends.In, 0, long.MaxValue));
            buys.FindAll(buy => buy.Zone == line.Buyer).ForEach(buy => Join(ends.Out, node[buy], Gain(buy, sells.Find(sell => sell.Zone == line.Seller)), long.MaxValue));
        }

        foreach (var buy in buys)
        {
            sells.FindAll(sell => !lines.ContainsKey((buy.Zone, sell.Zone))).ForEach(sell => Join(node[sell], node[buy], Gain(buy, sell), long.MaxValue));
        }

        long Gain(Order buy, Order? sell) => sell is null ? 0 : (Extra(buy, sell, network) << WelfareShift) - (buy.Zone == sell.Zone ? 0 : 1);
    }

    /// <summary>The greatest welfare in µEUR/kWh × Wh; of those the greatest volume in Wh; of those the fewest Wh from zone to zone.</summary>
    public readonly record struct Answer(Int128 Welfare, long Volume, long Crossed);

    /// <summary>What a Wh of this sell is worth to this buy beside the two limits, µEUR/kWh: premiums − fee. Over a line with a limit energy is grey.</summary>
    public static long Extra(Order buy, Order sell, ZoneNetwork network) =>
        buy.Preferences.Earned(QualityOf(buy, sell, network)).MicroEurPerKWh - network.Fee(buy.Zone, sell.Zone).MicroEurPerKWh;

    public static Answer Best(IReadOnlyList<Order> book, ZoneNetwork network)
    {
        var graph = new PlainZones(book, network);
        var total = Int128.Zero;
        while (graph.BestPath() is { } path)
        {
            var energy = path.Min(arc => graph._left[arc]);
            foreach (var arc in path)
            {
                graph._left[arc] -= energy;
                graph._left[arc ^ 1] = checked(graph._left[arc ^ 1] + energy);
                total += (Int128)graph._arcs[arc].Gain * energy;
            }
        }

        var used = graph._arcs.Index().Where(arc => arc.Index % 2 == 0).Select(arc => (arc.Item, Flow: graph._left[arc.Index + 1])).ToList();
        var volume = used.Where(arc => arc.Item.To == 1).Sum(arc => arc.Flow);
        var crossed = used.Where(arc => (arc.Item.Gain & 1) == 1).Sum(arc => arc.Flow); // Gains are even but for the crossing.
        return new Answer((total - ((Int128)volume << VolumeShift) + crossed) >> WelfareShift, volume, crossed);
    }

    private static Quality QualityOf(Order buy, Order sell, ZoneNetwork network) => network.Capacity(buy.Zone, sell.Zone) is not null ? Quality.None
        : (sell.IsGreen ? Quality.Green : 0) | (buy.Zone == sell.Zone ? Quality.Local : 0) | (buy.Preferences.Partner == sell.Member ? Quality.Partner : 0);

    // Every arc stands beside its way back, which starts empty.
    private void Join(int from, int to, long gain, long capacity)
    {
        _arcs.Add((from, to, gain));
        _arcs.Add((to, from, -gain));
        _left.Add(capacity);
        _left.Add(0);
    }

    private List<int>? BestPath()
    {
        var (gain, by) = (Enumerable.Repeat(long.MinValue, _nodes).ToArray(), new int[_nodes]);
        gain[0] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var arc = 0; arc < _left.Count; arc++)
            {
                var (from, to, step) = _arcs[arc];
                if (_left[arc] > 0 && gain[from] != long.MinValue && checked(gain[from] + step) > gain[to])
                {
                    (gain[to], by[to], changed) = (gain[from] + step, arc, true);
                }
            }
        }

        if (gain[1] <= 0)
        {
            return null;
        }

        List<int> path = [];
        for (var node = 1; node != 0; node = _arcs[by[node]].From)
        {
            path.Add(by[node]);
        }

        return path;
    }
}
