using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Deviations;

/// <summary>What must hold whatever meters show; a failure is shrunk and printed with its seed.</summary>
public sealed class DeviationProperties
{
    private static readonly MoneyAccounts Accounts = new(null, new MemberId("zz community"));

    private static readonly Gen<long> Few = Gen.Long[-20, 20];

    /// <summary>Homes, crowds of small equal parts, and the ends of 64 bits.</summary>
    private static readonly Gen<long> Energies = Gen.Frequency(
        (4, Gen.Long[-5_000, 5_000]), (4, Few), (1, Gen.OneOf(Gen.Const(long.MaxValue), Gen.Const(long.MinValue), Gen.Const(long.MaxValue - 1), Gen.Const(long.MinValue + 1))), (1, Gen.Long));

    private static readonly Gen<MeteredPosition[]> Usual = Positions(Gen.Frequency((1, Gen.Long[-5_000, 5_000]), (1, Few)));

    private static readonly Gen<MeteredPosition[]> Hostile = Positions(Energies);

    private static readonly Gen<ImbalancePrices> Prices =
        Gen.Select(Gen.Long[-600_000, 600_000], Gen.Long[0, 200_000], (price, spread) => new ImbalancePrices(new Price(price), new Price(spread)));

    [Fact]
    public void Sides_are_matched_alike_each_within_one_watt_hour_of_its_share_and_money_sums_to_zero() =>
        Gen.Select(Usual, Prices).Sample(
            (positions, prices) => Check(positions, DeviationCalculator.Settle(positions, prices, Accounts)), iter: 20_000);

    /// <summary>The shares of sums that are beyond 64 bits are exact as well; what does not fit is refused and never wraps.</summary>
    [Fact]
    public void At_the_ends_of_64_bits_it_is_exact_or_refused() =>
        Hostile.Sample(
            positions =>
            {
                try
                {
                    Check(positions, DeviationCalculator.Settle(positions, new ImbalancePrices(new Price(1_000), default), Accounts));
                }
                catch (OverflowException)
                {
                    Assert.Contains(positions, position => Exact(position) > long.MaxValue / 4 || Exact(position) < long.MinValue / 4);
                }
            },
            iter: 20_000);

    [Fact]
    public void The_order_of_positions_does_not_matter() =>
        Gen.Select(Usual, Prices, Gen.Int).Sample(
            (positions, prices, seed) =>
            {
                var shuffled = positions.ToArray();
                new Random(seed).Shuffle(shuffled);
                var (one, other) = (DeviationCalculator.Settle(positions, prices, Accounts), DeviationCalculator.Settle(shuffled, prices, Accounts));
                Assert.Equal(one.Positions.AsEnumerable(), other.Positions);
                Assert.Equal(one.Trades.AsEnumerable(), other.Trades);
                Assert.Equal(one.Deltas.AsEnumerable(), other.Deltas);
            },
            iter: 5_000);

    /// <summary>Limited one by one, beforehand, so that whatever part is matched can be paid, rounding of every trade included.</summary>
    [Fact]
    public void Nobody_pays_more_than_she_has() =>
        Gen.Select(Usual, Prices, Gen.Long[-10, 400_000].Array[12]).Sample(
            (positions, prices, funds) =>
            {
                var limited = positions.Select((position, i) => PayableDeviation.Limit(position, prices, new Money(funds[i]), positions.Length)).ToArray();
                var settled = DeviationCalculator.Settle(limited, prices, Accounts);
                Assert.All(settled.Deltas.Where(delta => delta.Member != Accounts.Community), delta =>
                {
                    var has = funds[Array.FindIndex(positions, position => position.Member == delta.Member)];
                    Assert.True(delta.Delta.MicroEur >= 0 || -delta.Delta.MicroEur <= has, $"{delta} of {has}");
                });
                Assert.All(positions.Zip(limited), pair =>
                    Assert.InRange(pair.Second.Deviation.WattHours, Math.Min(0, pair.First.Deviation.WattHours), Math.Max(0, pair.First.Deviation.WattHours)));
            },
            iter: 20_000);

    private static Gen<MeteredPosition[]> Positions(Gen<long> energy) => Gen.Select(energy, energy, energy).Array[0, 12].Select(rows =>
        rows.Select((row, i) => new MeteredPosition(new MemberId($"member {i:00}"), new Energy(row.Item1), new Energy(row.Item2), new Energy(row.Item3))).ToArray());

    private static BigInteger Exact(MeteredPosition position) =>
        (BigInteger)position.Metered.WattHours + position.Carried.WattHours - position.Traded.WattHours;

    private static void Check(MeteredPosition[] positions, SettledDeviations settled)
    {
        var shorts = positions.Select(Exact).Where(deviation => deviation > 0).Aggregate(BigInteger.Zero, (sum, deviation) => sum + deviation);
        var longs = positions.Select(Exact).Where(deviation => deviation < 0).Aggregate(BigInteger.Zero, (sum, deviation) => sum - deviation);
        var matched = BigInteger.Min(shorts, longs);
        Assert.Equal((shorts, longs), ((BigInteger)settled.Short, (BigInteger)settled.Long));
        foreach (var (position, energy) in settled.Positions)
        {
            var deviation = Exact(position);
            var whole = deviation > 0 ? shorts : longs;
            var share = whole.IsZero ? 0 : BigInteger.Abs(deviation) * matched / whole;
            Assert.InRange((BigInteger)energy.WattHours, share, share + (deviation.IsZero ? 0 : 1));
            Assert.True(energy.WattHours <= BigInteger.Abs(deviation));

            var bought = settled.Trades.Where(trade => trade.Buyer == position.Member).Sum(trade => (decimal)trade.Energy.WattHours);
            var sold = settled.Trades.Where(trade => trade.Seller == position.Member).Sum(trade => (decimal)trade.Energy.WattHours);
            Assert.Equal((decimal)energy.WattHours, deviation > 0 ? bought : sold);
            Assert.Equal(0, deviation > 0 ? sold : bought);
        }

        Assert.Equal(matched, settled.Trades.Aggregate(BigInteger.Zero, (sum, trade) => sum + trade.Energy.WattHours));
        Assert.Equal(BigInteger.Zero, settled.Deltas.Aggregate(BigInteger.Zero, (sum, delta) => sum + delta.Delta.MicroEur));
    }
}
