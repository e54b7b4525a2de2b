using System.Diagnostics;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>
/// Prices that support an optimal flow, one a node. Inside an area that unsaturated flow connects, differences of prices are
/// given; the one price left open follows rule 4, clipped into what optimality allows.
/// </summary>
/// <remarks>
/// Prices support a flow when no arc that could carry more is worth it, and none that carries is not: price[to] ≤ price[from]
/// + cost along every residual arc. Where areas bound each other (through a line that is full, or not worth using), the prices
/// are the least that keep every area at or above its k-price; a rule that depends on no order.
/// </remarks>
internal sealed class ZonePricing
{
    private const long Unknown = long.MinValue;

    private readonly ZoneGraph _graph;
    private readonly long[] _flow;
    private readonly List<(int From, int To, long Cost)> _residual = [];
    private readonly int[] _area;
    private readonly long[] _offset;

    private ZonePricing(ZoneGraph graph, long[] flow)
    {
        (_graph, _flow) = (graph, flow);
        (_area, _offset) = (new int[graph.Nodes], new long[graph.Nodes]);
        for (var e = 0; e < flow.Length; e++)
        {
            var arc = graph.Arcs[e];
            if (flow[e] < arc.Capacity)
            {
                _residual.Add((arc.From, arc.To, arc.Cost));
            }

            if (flow[e] > 0)
            {
                _residual.Add((arc.To, arc.From, -arc.Cost));
            }
        }
    }

    /// <returns>The price of every node that something flows through, and the interval of a market that is one area.</returns>
    public static (long[] Prices, PriceInterval? Interval) Of(ZoneGraph graph, long[] flow, MarketRules rules)
    {
        var pricing = new ZonePricing(graph, flow);
        var low = pricing.Lows();
        var high = pricing.Highs();
        var areas = pricing.FindAreas();
        var prices = (long[])low.Clone();
        PriceInterval? interval = null;
        for (var area = 1; area <= areas; area++)
        {
            interval = pricing.PriceArea(area, low, high, prices, rules);
        }

        pricing.Raise(prices);
        return (prices, areas == 1 ? interval : null);
    }

    private PriceInterval PriceArea(int area, long[] low, long[] high, long[] prices, MarketRules rules)
    {
        var anchor = Array.IndexOf(_area, area);
        long? marginalBuy = null, marginalSell = null;
        foreach (var buyer in _graph.Buyers.Where(buyer => _area[buyer.Node] == area))
        {
            foreach (var level in buyer.Levels.Where(level => _flow[level] > 0))
            {
                marginalBuy = Math.Min(marginalBuy ?? long.MaxValue, -_graph.Arcs[level].Cost - _offset[buyer.Node]);
            }
        }

        foreach (var seller in _graph.Sellers.Where(seller => _area[seller.Node] == area))
        {
            foreach (var level in seller.Levels.Where(level => _flow[level] > 0))
            {
                marginalSell = Math.Max(marginalSell ?? long.MinValue, _graph.Arcs[level].Cost - _offset[seller.Node]);
            }
        }

        // An area that only imports or only exports, over lines that are full, has one margin; the interval's end is the other.
        var interval = new PriceInterval(new Price(low[anchor]), new Price(high[anchor]));
        var wanted = KPrice.Of(new Price(marginalBuy ?? high[anchor]), new Price(marginalSell ?? low[anchor]), interval, rules).MicroEurPerKWh;
        var price = Math.Clamp(wanted, low[anchor], high[anchor]);
        for (var node = 0; node < _area.Length; node++)
        {
            if (_area[node] == area)
            {
                prices[node] = price + _offset[node];
            }
        }

        return interval;
    }

    /// <summary>Connects what flow below its limit connects, with the differences of price inside each area.</summary>
    private int FindAreas()
    {
        var neighbours = new List<(int Node, long Difference)>?[_graph.Nodes];
        for (var e = 0; e < _flow.Length; e++)
        {
            var arc = _graph.Arcs[e];
            if (arc.From == ZoneGraph.Outside || arc.To == ZoneGraph.Outside || _flow[e] == 0 || _flow[e] == arc.Capacity)
            {
                continue;
            }

            (neighbours[arc.From] ??= []).Add((arc.To, arc.Cost));
            (neighbours[arc.To] ??= []).Add((arc.From, -arc.Cost));
        }

        var areas = 0;
        var open = new Stack<int>();
        for (var start = 1; start < _graph.Nodes; start++)
        {
            if (neighbours[start] is null || _area[start] != 0)
            {
                continue;
            }

            _area[start] = ++areas;
            open.Push(start);
            while (open.TryPop(out var node))
            {
                foreach (var (next, difference) in neighbours[node]!)
                {
                    if (_area[next] == 0)
                    {
                        (_area[next], _offset[next]) = (areas, _offset[node] + difference);
                        open.Push(next);
                    }
                }
            }
        }

        return areas;
    }

    private long[] Lows()
    {
        var low = new long[_graph.Nodes];
        Array.Fill(low, Unknown);
        low[ZoneGraph.Outside] = 0;
        Raise(low);
        return low;
    }

    private long[] Highs()
    {
        var high = new long[_graph.Nodes];
        Array.Fill(high, long.MaxValue);
        high[ZoneGraph.Outside] = 0;
        Settle(() =>
        {
            var changed = false;
            foreach (var (from, to, cost) in _residual)
            {
                if (high[from] != long.MaxValue && high[from] + cost < high[to])
                {
                    high[to] = high[from] + cost;
                    changed = true;
                }
            }

            return changed;
        });
        return high;
    }

    /// <summary>The least prices, none below the given, that support the flow.</summary>
    private void Raise(long[] prices) => Settle(() =>
    {
        var changed = false;
        foreach (var (from, to, cost) in _residual)
        {
            if (prices[to] != Unknown && prices[to] - cost > prices[from])
            {
                prices[from] = prices[to] - cost;
                changed = true;
            }
        }

        return changed;
    });

    // An optimal flow leaves no cycle that gains, so at most one pass a node changes anything.
    private void Settle(Func<bool> pass)
    {
        for (var passes = 0; pass(); passes++)
        {
            if (passes > _graph.Nodes)
            {
                throw new UnreachableException("The flow is not optimal.");
            }
        }
    }
}
