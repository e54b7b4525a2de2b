using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class EarlyResultsTests
{
    private readonly EarlyResults _early = new(Member(0));

    [Fact]
    public void What_was_known_before_the_start_comes_first_where_it_is_earlier_and_counts_where_it_is_of_the_same_period()
    {
        _early.Hold(ResultOf(2));
        _early.Hold(ResultOf(1));
        Assert.Equal([(0, true), (1, true), (2, false)], Take([ResultOf(0), ResultOf(1)], At(0)));
        Assert.Empty(Take([], At(0)));
    }

    [Fact]
    public void Of_periods_that_are_over_by_the_clock_only_the_newest_result_is_gone_by()
    {
        foreach (var period in new[] { 0, 1, 2, 3 })
        {
            _early.Hold(ResultOf(period));
        }

        Assert.Equal([(2, false), (3, false)], Take([], At(2)));
        _early.Hold(ResultOf(0));
        _early.Hold(ResultOf(1));
        Assert.Equal([(1, false)], Take([], At(5)));
    }

    [Fact]
    public void In_simulated_time_the_newest_is_the_present()
    {
        _early.Hold(ResultOf(0));
        _early.Hold(ResultOf(1));
        Assert.Equal([(1, false)], Take([], null));
    }

    [Fact]
    public void A_flood_takes_no_memory_and_the_newest_stay()
    {
        for (var period = 0; period < 1_000; period++)
        {
            _early.Hold(ResultOf(period));
        }

        Assert.Equal(Enumerable.Range(1_000 - EarlyResults.Most, EarlyResults.Most).Select(period => (period, false)), Take([], At(0)));
    }

    [Fact]
    public void Only_the_members_own_trades_are_held()
    {
        _early.Hold(ResultOf(0) with { Trades = [Bought(0), Bought(1)] });
        Assert.Equal([Bought(0)], _early.Take([], null)[0].Result.Trades);
    }

    private static Period At(int period) => new(First.Index + period);

    private static Trade Bought(int member) => new(Member(member), Member(2), new Energy(100), new Price(150_000));

    private static RoundResult ResultOf(int period) => new(At(period), new Price(150_000), new Energy(100), 2, [], default, default, default);

    private (int Period, bool IsKnown)[] Take(System.Collections.Immutable.ImmutableArray<RoundResult> known, Period? running) =>
        [.. _early.Take(known, running).Select(result => ((int)(result.Result.Period.Index - First.Index), result.IsKnown))];
}
