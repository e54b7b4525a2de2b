using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Remuneration;

public sealed class UnitSettlementTests
{
    private static readonly Period Evening = BspSamples.At("2026-11-30T17:00:00Z");

    // The tenth part of payments is the provider's.
    private static readonly UnitSettlement Settlement = new(BspSamples.Msd, 100);

    /// <summary>1,000 Wh at 20 ct and 500 Wh at 30 ct are ordered; three homes are told 700, 500 and 300 Wh and deliver 750, 450 and −20.</summary>
    private static readonly UnitPeriod Example = Period(
        RegulationDirection.Up, [new(new(1_000), new(200_000)), new(new(500), new(300_000))], Point(1, 800, 50, 700), Point(2, 500, 50, 500), Point(3, 100, 120, 300));

    [Fact]
    public void The_worked_example_of_the_rules()
    {
        // Delivered 750 + 450 − 20 = 1,180 of 1,500. Paid 1,000 × 200 + 180 × 300 = 254,000 µEUR. Missing 320; 5 % of 1,500 are 75;
        // 245 are charged at the dearest step: 245 × 300 = 73,500. Fee 25,400; 228,600 by 750 : 450 are 142,875 and 85,725.
        // Short are 0, 50 and 320: 73,500 × 50 / 370 = 9,932.4 and 63,567.6.
        var settled = Settled(Example);
        Assert.Equal((1_500, 1_180, 1_180, 320, 245), (Wh(settled.Figures.Ordered), Wh(settled.Figures.Delivered), Wh(settled.Figures.Paid), Wh(settled.Figures.Missing), Wh(settled.Figures.Charged)));
        Assert.Equal(new OperatorCash(new(254_000), new(73_500)), settled.Cash);
        Assert.Equal([142_875, 85_725, 0], settled.Points.Select(point => point.Payment.MicroEur));
        Assert.Equal([0, 9_932, 63_568], settled.Points.Select(point => point.Charge.MicroEur));
        Assert.Equal((25_400, 0), (settled.Fee.MicroEur, settled.ProviderCharge.MicroEur));
        Assert.False(settled.Disputed);
    }

    [Fact]
    public void More_than_ordered_is_not_paid()
    {
        var settled = Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 0, -1_400, 1_000)));
        Assert.Equal((1_400, 1_000, 0), (Wh(settled.Figures.Delivered), Wh(settled.Figures.Paid), Wh(settled.Figures.Missing)));
        Assert.Equal(new OperatorCash(new(200_000), Money.Zero), settled.Cash);
    }

    [Fact]
    public void What_is_missing_within_the_tolerance_is_unpaid_and_not_charged()
    {
        // 50 of 1,000 Wh are 5 %; the 51st is charged.
        Assert.Equal(new OperatorCash(new(190_000), Money.Zero), Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 950, 0, 1_000))).Cash);
        Assert.Equal(new OperatorCash(new(189_800), new(200)), Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 949, 0, 1_000))).Cash);
    }

    [Fact]
    public void A_unit_that_goes_the_wrong_way_is_paid_nothing_and_charged_for_all_beyond_the_tolerance()
    {
        var settled = Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 0, 500, 1_000)));
        Assert.Equal((-500, 0, 950), (Wh(settled.Figures.Delivered), Wh(settled.Figures.Paid), Wh(settled.Figures.Charged)));
        Assert.Equal(-190_000, settled.Points[0].Net.MicroEur);
    }

    [Fact]
    public void Down_the_members_pay_for_what_they_took()
    {
        // 1,000 Wh at 9.4 ct: 94,000 µEUR, by 600 : 400. No fee on what is paid.
        var settled = Settled(Period(RegulationDirection.Down, [new(new(1_000), new(94_000))], Point(1, 100, 700, 600), Point(2, -300, 100, 400)));
        Assert.Equal([-56_400, -37_600], settled.Points.Select(point => point.Net.MicroEur));
        Assert.Equal(Money.Zero, settled.Fee);
    }

    [Fact]
    public void Down_what_is_missing_is_missing_at_the_lowest_price()
    {
        // 500 Wh at 10 ct and 500 Wh at 2 ct, 600 delivered: 50,000 + 2,000 are paid; of 400 missing 350 are charged, at 2 ct.
        var settled = Settled(Period(RegulationDirection.Down, [new(new(500), new(20_000)), new(new(500), new(100_000))], Point(1, 0, 600, 1_000)));
        Assert.Equal(new OperatorCash(new(-52_000), new(7_000)), settled.Cash);
    }

    [Fact]
    public void A_meter_that_was_not_read_delivered_nothing()
    {
        var settled = Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 800, null, 1_000)));
        Assert.Equal((0, false), (Wh(settled.Points[0].Delivered), settled.Points[0].WasRead));
        Assert.Equal(190_000, settled.Points[0].Charge.MicroEur);
    }

    [Fact]
    public void What_the_provider_sold_and_told_nobody_it_answers_for_itself()
    {
        // 1,000 ordered, 600 told and delivered; 400 missing, 350 charged: 70,000, all for the provider.
        var settled = Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 600, 0, 600)));
        Assert.Equal((0, 70_000), (settled.Points[0].Charge.MicroEur, settled.ProviderCharge.MicroEur));
        Assert.Equal(12_000 - 70_000, settled.ProviderNet.MicroEur);
    }

    [Fact]
    public void A_remainder_goes_to_the_largest_and_then_to_the_first_in_order()
    {
        // 100 µEUR less 10 of fee; 90 by 1 : 1 : 1 are 30 each. 101 less 10 are 91: the first member has 31.
        var settled = Settled(Period(RegulationDirection.Up, [new(new(3), new(33_700))], Point(3, 1, 0, 1), Point(1, 1, 0, 1), Point(2, 1, 0, 1)));
        Assert.Equal(101, settled.Cash.Payment.MicroEur);
        Assert.Equal([31, 30, 30], settled.Points.Select(point => point.Payment.MicroEur));
        Assert.Equal([BspSamples.Member(1), BspSamples.Member(2), BspSamples.Member(3)], settled.Points.Select(point => point.Member));
    }

    [Fact]
    public void What_the_operator_states_is_shared_out_and_marked()
    {
        var settled = Settled(Example with { Stated = new OperatorCash(new(254_001), new(70_000)) });
        Assert.True(settled.Disputed);
        Assert.Equal(new OperatorCash(new(254_000), new(73_500)), settled.Figures.Cash);
        Assert.Equal(184_001, Total(settled));
        Assert.False(Settled(Example with { Stated = new OperatorCash(new(254_000), new(73_500)) }).Disputed);
    }

    [Fact]
    public void A_payment_that_nobody_delivered_for_stays_with_the_provider()
    {
        var settled = Settled(Period(RegulationDirection.Up, [new(new(1_000), new(200_000))], Point(1, 0, 0, 0)) with { Stated = new OperatorCash(new(500), Money.Zero) });
        Assert.Equal((0, 500), (settled.Points[0].Net.MicroEur, settled.Fee.MicroEur));
    }

    [Fact]
    public void Each_gets_what_it_asked_and_the_rest_by_what_it_delivered()
    {
        // 1,000 Wh at 10.6 ct and 500 at 15.85: 185,250 µEUR. Asked were 10 and 15 ct, 100,000 + 75,000. Fee 2 %: 3,705. The rest of 6,545
        // by 1,000 : 500 is 4,363.3 and 2,181.7. By energy alone the second home would have 60,515, less than it asked.
        var period = Period(
            RegulationDirection.Up, [new(new(1_000), new(106_000)), new(new(500), new(158_500))],
            Point(1, 1_000, 0, 1_000) with { Ask = new(100_000) }, Point(2, 500, 0, 500) with { Ask = new(150_000) });
        var settled = new UnitSettlement(BspSamples.Msd, 20).Settle(period).Settlement!;
        Assert.Equal([104_363, 77_182], settled.Points.Select(point => point.Payment.MicroEur));
        Assert.Equal(3_705, settled.Fee.MicroEur);

        // Ten percent would be 18,525; the fee leaves the asks whole.
        var dear = Settled(period);
        Assert.Equal([100_000, 75_000], dear.Points.Select(point => point.Payment.MicroEur));
        Assert.Equal(10_250, dear.Fee.MicroEur);

        // What does not cover the asks is shared by energy: 90,000 by 1,000 : 500, without a fee.
        var less = Settled(period with { Stated = new OperatorCash(new(90_000), Money.Zero) });
        Assert.Equal([60_000, 30_000], less.Points.Select(point => point.Payment.MicroEur));
        Assert.Equal(Money.Zero, less.Fee);
    }

    [Fact]
    public void Down_nobody_pays_more_than_it_would()
    {
        // 1,000 Wh at 5 ct: 50,000 µEUR to pay. The homes would pay 9 ct for 600 and 4 ct for 400 Wh: 54,000 + 16,000. What is left of 20,000 by 600 : 400.
        var settled = Settled(Period(
            RegulationDirection.Down, [new(new(1_000), new(50_000))],
            Point(1, 0, 600, 600) with { Ask = new(-90_000) }, Point(2, 0, 400, 400) with { Ask = new(-40_000) }));
        Assert.Equal([-42_000, -8_000], settled.Points.Select(point => point.Net.MicroEur));
    }

    [Fact]
    public void A_payment_that_covers_the_asks_gives_each_at_least_its_own() => Gen.Select(Period(), Gen.Long[-300_000, 300_000].Array[8]).Sample((period, asks) =>
    {
        var asked = period with { Deliveries = [.. period.Deliveries.Select((point, index) => point with { Ask = new(asks[index]) })] };
        var settled = Settled(asked);
        var sums = settled.Points.Join(asked.Deliveries, share => share.Point, point => point.Point, (share, point) =>
            (Ask: point.Ask.Of(Energy.Max(Energy.Zero, Energy.Min(share.Delivered, share.Assigned))), share.Payment)).ToList();
        return Total(settled) == settled.Cash.Net.MicroEur
            && (sums.Sum(pair => pair.Ask.MicroEur) > settled.Cash.Payment.MicroEur || sums.All(pair => pair.Payment >= pair.Ask));
    });

    [Fact]
    public void What_is_out_of_range_or_twice_is_refused()
    {
        Refused("point-twice", Example with { Deliveries = [.. Example.Deliveries, Example.Deliveries[0]] });
        Refused("ordered-out-of-range", Example with { Ordered = [new(new(-1), new(0))] });
        Refused("ordered-out-of-range", Example with { Ordered = [new(new(1), new(long.MinValue))] });
        Refused("assigned-out-of-range", Example with { Deliveries = [Point(1, 0, 0, -1)] });
        Refused("energy-out-of-range", Example with { Deliveries = [Point(1, long.MinValue, 0, 0)] });
        Refused("energy-out-of-range", Example with { Deliveries = [Point(1, 0, long.MaxValue, 0)] });
        Refused("ordered-out-of-range", Example with { Ordered = [.. Enumerable.Repeat(new OrderedEnergy(new(1), new(1)), 65)] });
        Refused("ask-out-of-range", Example with { Deliveries = [Point(1, 0, 0, 0) with { Ask = new(long.MinValue) }] });
        Refused("stated-out-of-range", Example with { Stated = new OperatorCash(Money.Zero, new(-1)) });
        Refused("stated-out-of-range", Example with { Stated = new OperatorCash(new(long.MinValue), Money.Zero) });
    }

    [Fact]
    public void Members_and_provider_together_have_the_operator_s_cash_to_the_micro_euro() =>
        Gen.Select(Period(), Gen.Int[0, 1000]).Sample((period, fee) =>
        {
            var settled = new UnitSettlement(BspSamples.Mfrr, fee).Settle(period).Settlement!;
            return Total(settled) == settled.Cash.Net.MicroEur && settled.Points.All(point => point.Charge >= Money.Zero)
                && settled.Points.All(point => point.Delivered > Energy.Zero || point.Payment == Money.Zero);
        });

    [Fact]
    public void The_order_of_points_and_steps_changes_nothing() => Gen.Select(Period(), Gen.Int).Sample((period, seed) =>
    {
        var random = new Random(seed);
        var shuffled = period with { Ordered = [.. period.Ordered.OrderBy(_ => random.Next())], Deliveries = [.. period.Deliveries.OrderBy(_ => random.Next())] };
        var (one, other) = (Settled(period), Settled(shuffled));
        return one.Points.SequenceEqual(other.Points) && (one.Cash, one.Fee, one.ProviderCharge) == (other.Cash, other.Fee, other.ProviderCharge);
    });

    [Fact]
    public void Who_delivers_more_of_the_same_is_not_paid_less() => Period().Sample(period =>
    {
        // Another member's share may shrink by rounding, this one's not.
        var more = period with
        {
            Deliveries = period.Deliveries.SetItem(0, period.Deliveries[0] with { Measured = period.Deliveries[0].Measured is { } read ? read + new Energy(period.Direction == RegulationDirection.Up ? -100 : 100) : null }),
            Stated = new OperatorCash(new(1_000_000), Money.Zero),
        };
        var point = period.Deliveries[0].Point;
        return Settled(more).Points.Single(share => share.Point == point).Payment >= Settled(period with { Stated = more.Stated }).Points.Single(share => share.Point == point).Payment - new Money(1);
    });

    internal static Gen<UnitPeriod> Period() => Gen.Select(
        Gen.Bool, Gen.Select(Gen.Long[0, 5_000], Gen.Long[-300_000, 900_000]).Array[0, 4],
        Gen.Select(Gen.Long[-2_000, 2_000], Gen.Long[-2_000, 2_000], Gen.Long[0, 1_500], Gen.Int[0, 9]).Array[1, 8],
        Gen.Select(Gen.Bool, Gen.Long[-5_000_000, 5_000_000], Gen.Long[0, 5_000_000]),
        (isUp, ordered, points, stated) => Period(
            isUp ? RegulationDirection.Up : RegulationDirection.Down,
            [.. ordered.Select(step => new OrderedEnergy(new(step.Item1), new(step.Item2)))],
            [.. points.Select((point, index) => Point(index + 1, point.Item1, point.Item4 == 0 ? null : point.Item2, point.Item3) with { Member = BspSamples.Member(index / 2) })])
            with { Stated = stated.Item1 ? new OperatorCash(new(stated.Item2), new(stated.Item3)) : null });

    internal static PeriodSettlement Settled(UnitPeriod period)
    {
        var (settlement, refusal) = Settlement.Settle(period);
        Assert.Null(refusal);
        return settlement!;
    }

    internal static UnitPeriod Period(RegulationDirection direction, OrderedEnergy[] ordered, params PointDelivery[] points) =>
        new(BspSamples.Uvam, Evening, direction, [.. ordered], [.. points]);

    private static void Refused(string code, UnitPeriod period)
    {
        var (settlement, refusal) = Settlement.Settle(period);
        Assert.Null(settlement);
        Assert.Equal(code, refusal?.Code);
    }

    private static PointDelivery Point(int number, long baseline, long? measured, long assigned) =>
        new(BspSamples.Pod(number), BspSamples.Member(number), new(baseline), measured is { } read ? new Energy(read) : null, new(assigned));

    private static long Total(PeriodSettlement settled) => settled.Points.Sum(point => point.Net.MicroEur) + settled.ProviderNet.MicroEur;

    private static long Wh(Energy energy) => energy.WattHours;
}
