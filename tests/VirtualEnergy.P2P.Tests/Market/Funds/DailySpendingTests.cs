using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Funds;

public sealed class DailySpendingTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");

    // 2026-11-29 00:00 UTC is 1,795,910,400 s, and that is period 1,995,456 of 900 s; the day has 96.
    private static readonly Period Midnight = new(1_995_456);

    private readonly DailySpending _spending = new(PeriodGrid.QuarterHour);

    [Fact]
    public void A_day_is_one_of_UTC()
    {
        Assert.Equal(new DateOnly(2026, 11, 29), DailySpending.DayOf(PeriodGrid.QuarterHour, Midnight));
        Assert.Equal(new DateOnly(2026, 11, 28), DailySpending.DayOf(PeriodGrid.QuarterHour, Midnight.Previous));
        Assert.Equal(new DateOnly(2026, 11, 29), DailySpending.DayOf(PeriodGrid.QuarterHour, new Period(Midnight.Index + 95)));
    }

    [Fact]
    public void What_was_bought_counts_with_its_fees_and_what_was_sold_is_not_taken_off()
    {
        // 500 Wh at 200,000 are 100,000; the fees of 10,000 and 2,000 are 5,000 and 1,000.
        _spending.Clear(Midnight, [new Trade(Anna, Bice, new Energy(500), new Price(200_000)) { GridFee = new Price(10_000), Spread = new Price(2_000) }], []);
        _spending.Clear(Midnight.Next, [new Trade(Bice, Anna, new Energy(2_000), new Price(300_000))], [new Charge(Anna, new Money(7))]);
        Assert.Equal(new Money(106_007), _spending.Of(Anna, Midnight));
        Assert.Equal(new Money(600_000), _spending.Of(Bice, Midnight)); // 2,000 Wh at 300,000
    }

    [Fact]
    public void Who_sells_below_zero_pays_for_it_and_her_buyer_does_not()
    {
        _spending.Clear(Midnight, [new Trade(Anna, Bice, new Energy(1_000), new Price(-50_000))], []);
        Assert.Equal(new Money(50_000), _spending.Of(Bice, Midnight));
        Assert.Equal(Money.Zero, _spending.Of(Anna, Midnight));
    }

    [Fact]
    public void The_next_day_begins_with_nothing_and_the_last_one_is_forgotten()
    {
        Trade[] trade = [new(Anna, Bice, new Energy(1_000), new Price(100_000))];
        _spending.Clear(new Period(Midnight.Index + 95), trade, []);
        Assert.Equal(new Money(100_000), _spending.Of(Anna, Midnight));
        Assert.Equal(Money.Zero, _spending.Of(Anna, new Period(Midnight.Index + 96)));
        _spending.Clear(new Period(Midnight.Index + 96), trade, []);
        Assert.Equal(new Money(100_000), _spending.Of(Anna, new Period(Midnight.Index + 97)));
        Assert.Equal(Money.Zero, _spending.Of(Anna, Midnight));
    }
}
