using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Bsp.Offers;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Offers;

public sealed class FirmPowerTests
{
    private static readonly Gen<UncertainPower> Home = Gen.Select(
        Gen.Long[0, 5_000], Gen.Int[0, 1000].Array[0, 3], Gen.Int[1, 3], Gen.Int[0, 1000],
        (watts, delivered, orders, prior) => new UncertainPower(watts, DeliveryRecord.Of(delivered, orders, prior)));

    [Fact]
    public void Ten_homes_of_nine_in_ten_are_seven_with_95_percent()
    {
        // Binomial(10, 0.9): P(X ≥ 8) = 0.9298, P(X ≥ 7) = 0.9872.
        Assert.Equal(7_000, FirmPower.Of([.. Homes(10, 1_000, 900)], 950));
        Assert.Equal(8_000, FirmPower.Of([.. Homes(10, 1_000, 900)], 929));
        Assert.Equal(7_000, FirmPower.Of([.. Homes(10, 1_000, 900)], 930));
    }

    [Fact]
    public void Sure_homes_count_whole_and_no_homes_count_nothing()
    {
        Assert.Equal(30_000, FirmPower.Of([.. Homes(10, 3_000, 1000)], 999));
        Assert.Equal(0, FirmPower.Of([], 950));
        Assert.Equal(0, FirmPower.Of([.. Homes(10, 3_000, 0)], 500));
    }

    [Fact]
    public void A_history_of_halves_counts_half()
    {
        // 200 orders, each half delivered, against one order of trust: 10 kW is 5 kW with 95 %, as the tenths 0 and 10 weigh 1/201 together.
        var record = DeliveryRecord.Of(Enumerable.Repeat(500, 300), 1, 500);
        Assert.Equal(5_000, FirmPower.Of([new UncertainPower(10_000, record)], 950));
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(1_000, 5)]
    [InlineData(10_000, 20)]
    public void Many_homes_come_close_to_the_binomial_quantile(int count, int lostPermille)
    {
        // The largest k with P(Binomial(n, 0.9) ≥ k) ≥ 0.95, in whole numbers: weights 9^k over 10^n.
        var (tail, term, all) = (BigInteger.Zero, BigInteger.Pow(9, count), BigInteger.Pow(10, count));
        var quantile = count;
        while (true)
        {
            tail += term;
            if (tail * 100 >= all * 95)
            {
                break;
            }

            term = term * quantile / ((count - quantile + 1) * 9);
            quantile--;
        }

        var firm = FirmPower.Of([.. Homes(count, 2_000, 900)], 950);
        Assert.InRange(firm, quantile * 2_000L * (1000 - lostPermille) / 1000, quantile * 2_000L);
    }

    [Fact]
    public void Firm_power_is_never_above_the_true_quantile() => Gen.Select(Home.Array[0, 5], Gen.Int[500, 999]).Sample((homes, confidence) =>
        FirmPower.Of(homes, confidence) <= BruteForce(homes, confidence));

    [Fact]
    public void On_a_fine_grid_it_is_the_true_quantile_but_for_a_watt_a_home() => Gen.Select(Home.Array[0, 5], Gen.Int[500, 999]).Sample((homes, confidence) =>
        // Met to the last digit, a probability may fall short by what fixed point drops, and then the next outcome counts.
        FirmPower.Of(homes, confidence) >= BruteForce(homes, confidence, beyond: 1) - homes.Length);

    [Fact]
    public void Hoeffdings_bound_is_never_below_what_is_truly_missing() => Gen.Select(Home.Array[0, 5], Gen.Int[500, 999]).Sample((homes, confidence) =>
        FirmPower.HoeffdingMissing(homes, confidence) >= homes.Sum(home => home.Watts) - BruteForce(homes, confidence));

    [Fact]
    public void More_confidence_is_never_more_power() => Gen.Select(Home.Array[0, 30], Gen.Int[500, 998]).Sample((homes, confidence) =>
        FirmPower.Of(homes, confidence + 1) <= FirmPower.Of(homes, confidence));

    [Theory]
    [InlineData(1000, 1000, 0)]
    [InlineData(1000, 500, 693_147)] // ln 2
    [InlineData(1000, 50, 2_995_732)] // ln 20
    [InlineData(1000, 1, 6_907_755)] // ln 1000
    public void The_logarithm_is_rounded_up_by_a_few_millionths(long numerator, long denominator, long millionths) =>
        Assert.InRange(FixedLog.MillionthsUp(numerator, denominator), millionths + 1, millionths + 3);

    private static IEnumerable<UncertainPower> Homes(int count, long watts, int permille) =>
        Enumerable.Repeat(new UncertainPower(watts, DeliveryRecord.Of([], 1, permille)), count);

    /// <summary>All combinations of outcomes with exact weights; a home's delivered power in tenths of a W.</summary>
    /// <param name="beyond">So many 2⁻⁴⁰ ‰ more than the confidence are wanted.</param>
    private static long BruteForce(UncertainPower[] homes, int confidence, int beyond = 0)
    {
        var sums = new Dictionary<BigInteger, BigInteger> { [0] = 1 };
        foreach (var home in homes)
        {
            var next = new Dictionary<BigInteger, BigInteger>();
            foreach (var (sum, weight) in sums)
            {
                foreach (var (missing, outcome) in home.Record.Outcomes)
                {
                    var reached = sum + home.Watts * (10 - missing);
                    next[reached] = next.GetValueOrDefault(reached) + weight * outcome;
                }
            }

            sums = next;
        }

        var all = sums.Values.Aggregate((a, b) => a + b);
        BigInteger tail = 0;
        foreach (var (sum, weight) in sums.OrderByDescending(pair => pair.Key))
        {
            tail += weight;
            if (tail * 1000 << 40 >= all * (((BigInteger)confidence << 40) + beyond))
            {
                return (long)(sum / 10);
            }
        }

        throw new InvalidOperationException("All weights together are all there is.");
    }
}
