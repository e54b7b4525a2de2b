using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class OwnFundsTests : ILogger
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));
    private static readonly Period Midnight = new(1_995_456); // 2026-11-29 00:00 UTC
    private static readonly Bid TwoEuros = new(Anna, Midnight, 1, [new Step(new Price(400_000), new Energy(5_000))], []);

    private readonly List<string> _warnings = [];
    private readonly OwnFunds _funds;

    public OwnFundsTests() => _funds = new OwnFunds(Anna, this);

    [Fact]
    public void Without_a_notice_a_bid_goes_out_as_it_is() => Assert.Same(TwoEuros, Trim(TwoEuros));

    [Fact]
    public void The_less_of_balance_and_mandate_bounds_a_bid()
    {
        Take(Notice(available: 1_000_000));
        Assert.Equal(new Money(1_000_000), Trim(TwoEuros).WorstCasePayment);
        Take(Notice(available: 1_000_000, most: 900_000, spent: 100_000));
        Assert.Equal(new Money(800_000), Trim(TwoEuros).WorstCasePayment);
        Take(Notice(available: 700_000, most: 900_000, spent: 100_000));
        Assert.Equal(new Money(700_000), Trim(TwoEuros).WorstCasePayment);
    }

    [Fact]
    public void A_mandate_is_whole_again_on_the_next_day()
    {
        Take(Notice(available: 9_000_000, most: 1_500_000, spent: 1_500_000, period: Midnight.Previous));
        Assert.True(Trim(TwoEuros with { Period = Midnight.Previous }).IsWithdrawal);
        Assert.Equal(new Money(1_500_000), Trim(TwoEuros).WorstCasePayment);
    }

    [Fact]
    public void What_is_about_somebody_else_or_cannot_be_read_is_left_aside()
    {
        Take(Notice(available: 0) with { Member = new MemberId("0x" + new string('b', 40)) });
        Assert.False(_funds.Take("garbage"u8));
        Assert.Same(TwoEuros, Trim(TwoEuros));
        Assert.Contains("cannot be used", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_bid_is_tried_again_once_for_a_notice()
    {
        Assert.False(Take(Notice(available: 1)));
        _funds.Refused();
        Assert.True(Take(Notice(available: 2)));
        Assert.False(Take(Notice(available: 3)));
    }

    [Fact]
    public void A_level_is_warned_of_when_it_gets_worse_and_not_again()
    {
        foreach (var level in (FundsLevel[])[FundsLevel.Fine, FundsLevel.Low, FundsLevel.Low, FundsLevel.Short, FundsLevel.Low, FundsLevel.Fine, FundsLevel.Low])
        {
            Take(Notice(available: 1_500_000, level: level));
        }

        Assert.Equal(3, _warnings.Count);
        Assert.Equal("The balance is low: 1.50 EUR last 7 periods at the recent rate. Pay in with ve funds deposit, or bids will be refused.", _warnings[0]);
        Assert.StartsWith("The balance is short", _warnings[1], StringComparison.Ordinal);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
        {
            _warnings.Add(formatter(state, exception));
        }
    }

    private static FundsNotice Notice(long available, ulong? most = null, long spent = 0, Period? period = null, FundsLevel level = FundsLevel.Fine) => new(
        Anna, period ?? Midnight, new FundsOutlook(level, new Money(available), Money.Zero, 7, Money.Zero), most is { } bound ? new Mandate(Anna, 1, bound) : null, new Money(spent));

    private bool Take(FundsNotice notice) => _funds.Take(WireFormat.Write(notice));

    private Bid Trim(Bid bid) => _funds.Trim(bid, PeriodGrid.QuarterHour);
}
