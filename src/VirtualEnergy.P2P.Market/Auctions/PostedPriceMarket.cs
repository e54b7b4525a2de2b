using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// What trades at a price that is given from outside: the shorter side whole, the longer one best price first; and the Vickrey
/// fees of the longer side's members.
/// </summary>
/// <param name="Price">The given price.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Fills">Filled orders.</param>
/// <param name="Fees">What members of the longer side pay, by member.</param>
public sealed record PostedPriceMarket(Price Price, Int128 Volume, ImmutableArray<Fill> Fills, ImmutableArray<Charge> Fees)
{
    /// <param name="orders">Those that accept the price take part, at the price included.</param>
    /// <param name="price">µEUR/kWh.</param>
    public static PostedPriceMarket Clear(IEnumerable<Order> orders, Price price)
    {
        var ladder = Ladder.Of(orders.Where(order => order.Side == Side.Buy ? order.Price >= price : order.Price <= price));
        var (demand, supply) = (Total(ladder.Buys), Total(ladder.Sells));
        var volume = Int128.Min(demand, supply);
        var fills = Allocation.Fill(ladder.Buys.AsSpan(), volume).AddRange(Allocation.Fill(ladder.Sells.AsSpan(), volume));
        var apart = SelfTradeLimit.KeepApart(fills);
        var longer = demand > supply ? ladder.Buys : supply > demand ? ladder.Sells : [];
        var bought = apart.Where(fill => fill.Order.Side == Side.Buy).Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        return new PostedPriceMarket(price, bought, apart, FeesOf(longer, apart, price));
    }

    /// <summary>
    /// Without her, the others of the longer side would trade in her place, best price first, as far as she is filled; she pays
    /// what they would have gained.
    /// </summary>
    private static ImmutableArray<Charge> FeesOf(ImmutableArray<Order> longer, ImmutableArray<Fill> fills, Price price)
    {
        if (longer.IsEmpty)
        {
            return [];
        }

        var side = longer[0].Side;
        var filled = fills.Where(fill => fill.Order.Side == side).ToDictionary(fill => fill.Order, fill => fill.Energy.WattHours, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var rests = longer.Select(order => (order.Member, Energy: order.Energy.WattHours - filled.GetValueOrDefault(order), Gain: Gain(order, price)))
            .Where(rest => rest.Energy > 0).ToList();
        var waiting = new WaitingLine(rests);
        var own = rests.Select((rest, place) => (rest.Member, place)).ToLookup(rest => rest.Member, rest => rest.place);
        return [.. filled.GroupBy(entry => entry.Key.Member, entry => entry.Value)
            .Select(member => (Member: member.Key, Cost: waiting.GainOf(member.Aggregate(Int128.Zero, (sum, energy) => sum + energy), own[member.Key])))
            .Select(fee => new Charge(fee.Member, new Money((long)(fee.Cost / 1000))))
            .Where(charge => charge.Amount > Money.Zero)
            .OrderBy(charge => charge.Member)];
    }

    /// <summary>µEUR/kWh that an order gains at the price; not negative for one that accepts it.</summary>
    private static long Gain(Order order, Price price) => checked(
        order.Side == Side.Buy ? order.Price.MicroEurPerKWh - price.MicroEurPerKWh : price.MicroEurPerKWh - order.Price.MicroEurPerKWh);

    private static Int128 Total(IEnumerable<Order> orders) => orders.Aggregate(Int128.Zero, (sum, order) => sum + order.Energy.WattHours);

    /// <summary>What was not filled, best first, added up, so that a member's fee takes only her own orders and a search.</summary>
    private sealed class WaitingLine(List<(MemberId Member, long Energy, long Gain)> rests)
    {
        private readonly Int128[] _energy = Running(rests.Select(rest => (Int128)rest.Energy));
        private readonly BigInteger[] _gain = RunningGain(rests);

        /// <summary>What the first <paramref name="energy"/> Wh of others would gain, in thousandths of a µEUR.</summary>
        /// <param name="energy">Wh.</param>
        /// <param name="own">Places in the line that are her own, ascending; they are passed over.</param>
        public BigInteger GainOf(Int128 energy, IEnumerable<int> own)
        {
            var (wanted, gain, from) = (energy, BigInteger.Zero, 0);
            foreach (var place in own.Append(rests.Count))
            {
                var stretch = _energy[place] - _energy[from];
                if (stretch >= wanted)
                {
                    break;
                }

                wanted -= stretch;
                gain += _gain[place] - _gain[from];
                from = place + 1;
            }

            if (from >= rests.Count || wanted == 0)
            {
                return gain;
            }

            var found = Array.BinarySearch(_energy, _energy[from] + wanted);
            var last = Math.Min(rests.Count, found >= 0 ? found : ~found - 1);
            var rest = _energy[from] + wanted - _energy[last];
            return gain + _gain[last] - _gain[from] + (rest > 0 && last < rests.Count ? (BigInteger)rest * rests[last].Gain : 0);
        }

        private static Int128[] Running(IEnumerable<Int128> values)
        {
            var sums = new List<Int128> { 0 };
            foreach (var value in values)
            {
                sums.Add(sums[^1] + value);
            }

            return [.. sums];
        }

        private static BigInteger[] RunningGain(List<(MemberId Member, long Energy, long Gain)> rests)
        {
            var sums = new BigInteger[rests.Count + 1];
            for (var i = 0; i < rests.Count; i++)
            {
                sums[i + 1] = sums[i] + (BigInteger)rests[i].Energy * rests[i].Gain;
            }

            return sums;
        }
    }
}
