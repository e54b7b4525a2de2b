using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>Turns the flows between classes into lots: which fills trade with each other, at which prices, of which origin.</summary>
internal static class ZoneLots
{
    public static ImmutableArray<Lot> Of(ZoneGraph graph, long[] flow, long[] prices, IReadOnlyDictionary<OrderClass, ImmutableArray<Fill>> fills, ZoneNetwork network)
    {
        var supply = graph.Sellers.ToDictionary(seller => seller.Node, seller => new FillQueue(fills[seller]));
        var demand = graph.Buyers.ToDictionary(buyer => buyer.Node, buyer => new FillQueue(fills[buyer]));
        var lots = ImmutableArray.CreateBuilder<Lot>();

        void Add(IEnumerable<Fill> buys, IEnumerable<Fill> sells, int buyerZone, int sellerZone, long price, long spread, Quality quality) =>
            lots.Add(new Lot([.. buys, .. sells], new Price(price))
            {
                GridFee = network.Fee(graph.Zones[buyerZone], graph.Zones[sellerZone]),
                Spread = new Price(spread),
                Quality = quality,
            });

        foreach (var (channel, seller) in graph.PartnerChannels.Where(entry => flow[entry.Channel.Arc] > 0))
        {
            var (buyer, energy) = (channel.Buyer, flow[channel.Arc]);
            var quality = Quality.Partner | (seller.IsGreen ? Quality.Green : 0) | (seller.Zone == buyer.Zone ? Quality.Local : 0);
            Add(demand[buyer.Node].Take(energy), supply[seller.Node].Take(energy), buyer.Zone, seller.Zone, prices[seller.Node], 0, quality);
        }

        // What partners sell to others goes through their zone's pool, at its price.
        foreach (var (node, (pool, arc)) in graph.PartnerPools)
        {
            if (!supply.TryGetValue(pool, out var queue))
            {
                supply.Add(pool, queue = new FillQueue([]));
            }

            queue.Append(supply[node].Take(flow[arc]));
        }

        foreach (var local in graph.LocalChannels.Where(entry => flow[entry.Channel.Arc] > 0).GroupBy(entry => (Pool: entry.Channel.From, entry.IsGreen, entry.Channel.Buyer.Zone)))
        {
            var (pool, isGreen, zone) = local.Key;
            List<Fill> buys = [.. local.SelectMany(entry => demand[entry.Channel.Buyer.Node].Take(flow[entry.Channel.Arc]))];
            Add(buys, supply[pool].Take(Total(buys)), zone, zone, prices[pool], 0, Quality.Local | (isGreen ? Quality.Green : 0));
        }

        var hubs = graph.HubChannels.GroupBy(channel => channel.From)
            .ToDictionary(hub => hub.Key, hub => new FillQueue(hub.SelectMany(channel => demand[channel.Buyer.Node].Take(flow[channel.Arc]))));
        foreach (var import in graph.Imports)
        {
            List<Fill> sells = [.. import.Pools.SelectMany(entry => flow[entry.Arc] > 0 ? supply[entry.Pool].Take(flow[entry.Arc]) : [])];
            if (sells.Count == 0)
            {
                continue;
            }

            var price = prices[import.Pools.First(entry => flow[entry.Arc] > 0).Pool];
            var fee = network.Fee(graph.Zones[import.BuyerZone], graph.Zones[import.SellerZone]).MicroEurPerKWh;
            var rent = import.Limit >= 0 ? prices[import.Hub] - price - fee : 0;
            Add(hubs[import.Hub].Take(Total(sells)), sells, import.BuyerZone, import.SellerZone, price, rent, import.IsGreen ? Quality.Green : Quality.None);
        }

        return lots.ToImmutable();
    }

    private static long Total(List<Fill> fills) => fills.Sum(fill => fill.Energy.WattHours);

    /// <summary>Fills that are given out in order, Wh by Wh.</summary>
    private sealed class FillQueue(IEnumerable<Fill> fills)
    {
        private readonly List<Fill> _fills = [.. fills];
        private int _at;
        private long _taken;

        public void Append(IEnumerable<Fill> more) => _fills.AddRange(more);

        public List<Fill> Take(long energy)
        {
            var part = new List<Fill>();
            while (energy > 0)
            {
                var (order, filled) = _fills[_at];
                var amount = Math.Min(energy, filled.WattHours - _taken);
                part.Add(new Fill(order, new Energy(amount)));
                energy -= amount;
                _taken += amount;
                if (_taken == filled.WattHours)
                {
                    (_at, _taken) = (_at + 1, 0);
                }
            }

            return part;
        }
    }
}
