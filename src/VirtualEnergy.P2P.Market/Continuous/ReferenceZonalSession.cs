using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The rules of <see cref="ZonalSession"/> word by word on one list, for reading and for holding it against. Slow: it looks at every
/// resting order for every trade.
/// </summary>
public static class ReferenceZonalSession
{
    /// <inheritdoc cref="ZonalSession.Run"/>
    public static ContinuousSession Run(IReadOnlyList<Order> sequence, ZoneNetwork network)
    {
        var left = sequence.Select(order => order.Energy).ToArray();
        var carried = new Dictionary<(ZoneId Buyer, ZoneId Seller), Energy>();
        var trades = new List<SessionTrade>();
        List<int> resting = []; // in the order of arrival
        for (var taker = 0; taker < sequence.Count; taker++)
        {
            while (left[taker] > Energy.Zero && Best() is { } maker)
            {
                if (sequence[maker].Member == sequence[taker].Member)
                {
                    resting.Remove(maker);
                    continue;
                }

                var (buy, sell) = sequence[taker].Side == Side.Buy ? (taker, maker) : (maker, taker);
                var energy = Energy.Min(Energy.Min(left[taker], left[maker]), Free(buy, sell) ?? left[taker]);
                var line = (sequence[buy].Zone, sequence[sell].Zone);
                carried[line] = carried.GetValueOrDefault(line) + energy;
                left[taker] -= energy;
                left[maker] -= energy;
                if (left[maker] == Energy.Zero)
                {
                    resting.Remove(maker);
                }

                // The order that rested gets its own limit.
                var fee = network.Fee(sequence[buy].Zone, sequence[sell].Zone);
                var sellerGets = maker == sell ? sequence[sell].Price.MicroEurPerKWh : sequence[buy].Price.MicroEurPerKWh - fee.MicroEurPerKWh;
                trades.Add(new SessionTrade(buy, sell, energy, new Price(sellerGets)) { GridFee = fee });
            }

            if (left[taker] > Energy.Zero)
            {
                resting.Add(taker);
            }

            // Of those that the taker accepts over a line that is not full: the cheapest for her; the sort is stable, so of equals the oldest.
            int? Best() => resting.Where(maker => sequence[maker].Side != sequence[taker].Side && Gain(maker) >= 0)
                .Where(maker => sequence[taker].Side == Side.Buy ? Free(taker, maker) != Energy.Zero : Free(maker, taker) != Energy.Zero)
                .OrderByDescending(Gain).Select(maker => (int?)maker).FirstOrDefault();

            Int128 Gain(int maker) => sequence[taker].Side == Side.Buy ? GainOf(taker, maker) : GainOf(maker, taker);
        }

        return new ContinuousSession([.. trades], [.. left]);

        // What the pair gains together, µEUR/kWh: with the taker's limit given, it is most where the price is best for her.
        Int128 GainOf(int buy, int sell) => (Int128)sequence[buy].Price.MicroEurPerKWh
            - sequence[sell].Price.MicroEurPerKWh - network.Fee(sequence[buy].Zone, sequence[sell].Zone).MicroEurPerKWh;

        Energy? Free(int buy, int sell) => network.Capacity(sequence[buy].Zone, sequence[sell].Zone) is { } capacity
            ? capacity - carried.GetValueOrDefault((sequence[buy].Zone, sequence[sell].Zone)) : null;
    }
}
