using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Deviations;

public sealed class DeviationCalculatorTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");
    private static readonly MemberId Carlo = new("carlo");
    private static readonly MemberId Dora = new("dora");
    private static readonly MemberId Common = new("community");
    private static readonly MoneyAccounts Accounts = new(null, Common);

    /// <summary>At 20 ct ± 5 ct: who is long gets 15, who is short pays 25.</summary>
    private static readonly ImbalancePrices Prices =
        ImbalancePrices.Of(MarketRules.Default with { ImbalanceSpread = new Price(50_000) }, new Price(200_000), null);

    [Fact]
    public void The_smaller_side_is_matched_whole_and_the_larger_pro_rata()
    {
        // Anna 100 and Bice 200 too much, Carlo 100 too little: M = 100. Shorts 100·100/300 = 33 rest 100, 200·100/300 = 66 rest 200; the odd Wh is Bice's.
        var settled = DeviationCalculator.Settle([At(Anna, 400, 300), At(Bice, 200, 0), At(Carlo, -300, -200)], Prices, Accounts);
        Assert.Equal((300, 100, 100), ((long)settled.Short, (long)settled.Long, (long)settled.Matched));
        Assert.Equal([33, 67, 100], settled.Positions.Select(position => position.Matched.WattHours));
        Assert.Equal([67, 133, 0], settled.Positions.Select(position => position.Supplier.WattHours));
        Assert.Equal([(Anna, Carlo, 33L), (Bice, Carlo, 67L)], settled.Trades.Select(trade => (trade.Buyer, trade.Seller, trade.Energy.WattHours)));

        // Anna 33 Wh × 15 ct = 4 950 and × 10 ct on top = 3 300; Bice 10 050 and 6 700; Carlo gets 15 000, the community 10 000.
        Assert.Equal(
            [(Anna, -8_250L), (Bice, -16_750L), (Carlo, 15_000L), (Common, 10_000L)],
            settled.Deltas.Select(delta => (delta.Member, delta.Delta.MicroEur)));
    }

    [Fact]
    public void Of_equal_remainders_the_smaller_member_gets_the_odd_watt_hour()
    {
        // Two times 1 Wh too much, once 1 Wh too little: each 1·1/2 = 0 rest 1.
        var settled = DeviationCalculator.Settle([At(Bice, 1, 0), At(Anna, 1, 0), At(Carlo, -1, 0)], Prices, Accounts);
        Assert.Equal([1, 0, 1], settled.Positions.Select(position => position.Matched.WattHours));
    }

    [Fact]
    public void What_was_carried_counts_and_what_nobody_balances_is_the_suppliers()
    {
        // Metered as traded, but 50 Wh more earlier: 50 short, and nobody is long.
        var settled = DeviationCalculator.Settle([At(Anna, 300, 300, carried: 50), At(Dora, 0, 0)], Prices, Accounts);
        Assert.Equal(50, settled.Positions[0].Position.Deviation.WattHours);
        Assert.Equal(50, settled.Positions[0].Supplier.WattHours);
        Assert.Empty(settled.Trades);
        Assert.Empty(settled.Deltas);
    }

    [Fact]
    public void Nobody_metered_settles_to_nothing()
    {
        var settled = DeviationCalculator.Settle([], Prices, default);
        Assert.Empty(settled.Positions);
        Assert.Empty(settled.Deltas);
    }

    [Fact]
    public void Two_positions_of_one_member_or_a_spread_for_nobody_are_refused()
    {
        Assert.Throws<ArgumentException>(() => DeviationCalculator.Settle([At(Anna, 1, 0), At(Anna, 2, 0)], Prices, Accounts));
        Assert.Throws<ArgumentException>(() => DeviationCalculator.Settle([], new ImbalancePrices(default, new Price(-1)), Accounts));
        Assert.Throws<ArgumentException>(() => DeviationCalculator.Settle([At(Anna, 1, 0), At(Bice, -1, 0)], Prices, default));
    }

    [Theory]
    [InlineData(180_000L, 280_000L, 90_000L, 180_000L)] // the round's own price
    [InlineData(null, 280_000L, 90_001L, 185_001L)] // (280 000 + 90 001) / 2 = 185 000.5, half up
    [InlineData(null, -3L, -4L, -3L)] // −3.5, half up
    [InlineData(null, null, null, 0L)]
    public void The_reference_is_the_rounds_price_else_the_suppliers_middle_else_nothing(long? round, long? import, long? export, long reference)
    {
        SupplierPrices? supplier = import is { } asks && export is { } gives ? new(new Price(asks), new Price(gives)) : null;
        var rules = MarketRules.Default with { ImbalanceSpread = new Price(10_000) };
        var prices = ImbalancePrices.Of(rules, round is { } price ? new Price(price) : null, supplier);
        Assert.Equal(reference - 10_000, prices.Long.MicroEurPerKWh);
        Assert.Equal(reference + 10_000, prices.Short.MicroEurPerKWh);
        Assert.Equal(20_000, prices.Spread.MicroEurPerKWh);
    }

    [Fact]
    public void An_estimate_is_the_mean_of_the_same_time_of_day_and_else_what_was_traded()
    {
        Assert.Equal(new Energy(120), MeterEstimate.Of([], new Energy(120)));
        Assert.Equal(new Energy(34), MeterEstimate.Of([new(33), new(34)], Energy.Zero)); // 33.5, half up
        Assert.Equal(new Energy(-33), MeterEstimate.Of([new(-33), new(-34)], Energy.Zero)); // −33.5, half up
        Assert.Equal(new Energy(long.MinValue), MeterEstimate.Of([new(long.MinValue), new(long.MinValue)], Energy.Zero));

        // 96 quarter hours a day, 288 periods of 5 minutes.
        Assert.Equal([904, 808, 712, 616, 520, 424, 328], MeterEstimate.Basis(new Period(1000), PeriodGrid.QuarterHour).Select(period => period.Index));
        Assert.Equal(3000 - 288, MeterEstimate.Basis(new Period(3000), new PeriodGrid(300)).First().Index);
    }

    [Theory]
    [InlineData(1000, 1_000_000, 1000)] // 1 kWh at 25 ct costs 250 000
    [InlineData(1000, 100_003, 400)] // 100 000 beside 3 for rounding: 400 Wh
    [InlineData(1000, 3, 0)]
    [InlineData(1000, -5, 0)]
    [InlineData(-1000, 0, -1000)] // who is long gets money
    public void A_deviation_counts_as_far_as_the_funds_reach(long deviation, long funds, long counted) =>
        Assert.Equal(counted, PayableDeviation.Limit(At(Anna, deviation, 0), Prices, new Money(funds), members: 3).Deviation.WattHours);

    [Fact]
    public void Who_is_long_at_a_negative_price_pays_and_is_limited_too()
    {
        // −1 ct a kWh: 10 µEUR a Wh; 53 less 3 for rounding pays for 5 Wh.
        var limited = PayableDeviation.Limit(At(Anna, -1000, 0), new ImbalancePrices(new Price(-10_000), default), new Money(53), members: 3);
        Assert.Equal(-5, limited.Deviation.WattHours);
        Assert.Equal(995, limited.Carried.WattHours);
    }

    private static MeteredPosition At(MemberId member, long metered, long traded, long carried = 0) =>
        new(member, new Energy(metered), new Energy(carried), new Energy(traded));
}
