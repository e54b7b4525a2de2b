using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves.Roles;

public sealed class AgentBookTests
{
    private static readonly MarketBasis Basis = MarketBasis.Create(3, 0, 2);
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bice = new("bice");
    private static readonly DemandCurve Heater = CurveGens.Curve(Basis, 5, 2, 0);
    private static readonly DemandCurve Panel = CurveGens.Curve(Basis, 0, -1, -3);

    [Fact]
    public void Aggregate_is_the_sum_of_each_agents_latest_bid()
    {
        var book = Book();
        Assert.Null(book.Bid(Anna, new(1, Heater, 500), 0, out _));
        Assert.Null(book.Bid(Bice, new(7, Panel, 500), 0, out _));
        Assert.Null(book.Bid(Anna, new(2, Panel, 500), 0, out _));
        Assert.Equal((CurveGens.Curve(Basis, 0, -2, -6), 2), (book.Aggregate, book.Count));
    }

    [Fact]
    public void Bid_counts_until_it_expires_and_not_a_millisecond_longer()
    {
        var book = Book();
        book.Bid(Anna, new(1, Heater, 500), 0, out _);
        Assert.False(book.Expire(499));
        Assert.Equal((true, 0), (book.Expire(500), book.Count));

        // Ours is the shorter lifetime: 1000 ms, though the bid says 1800.
        book.Bid(Anna, new(2, Heater, 1800), 500, out _);
        Assert.Equal((false, true), (book.Expire(1499), book.Expire(1500)));
    }

    [Fact]
    public void Bid_that_is_over_or_would_count_too_long_is_refused()
    {
        var book = Book();
        Assert.Equal(CurveRefusal.Expired, book.Bid(Anna, new(1, Heater, 700), 700, out _));
        Assert.Equal(CurveRefusal.ExpiryTooFar, book.Bid(Anna, new(1, Heater, 2701), 700, out _));
        Assert.Equal(CurveRefusal.ExpiryTooFar, book.Bid(Anna, new(1, Heater, long.MaxValue), 700, out _));
        Assert.Null(book.Bid(Anna, new(1, Heater, 2700), 700, out _));
    }

    [Fact]
    public void Same_bid_twice_has_one_effect_and_another_under_its_number_is_refused()
    {
        var book = Book();
        book.Bid(Anna, new(4, Heater, 500), 0, out var first);
        Assert.Null(book.Bid(Anna, new(4, Heater, 500), 1, out var second));
        Assert.Equal((true, false), (first, second));
        Assert.Equal(CurveRefusal.StaleNumber(4), book.Bid(Anna, new(4, Panel, 500), 2, out _));
        Assert.Equal(CurveRefusal.StaleNumber(4), book.Bid(Anna, new(3, Heater, 500), 2, out _));
        Assert.Equal(Heater, book.Aggregate);
    }

    [Fact]
    public void Bid_of_who_has_left_does_not_come_back_by_being_said_again()
    {
        var book = Book();
        NumberedCurve bid = new(4, Heater, 900);
        book.Bid(Anna, bid, 0, out _);
        Assert.False(book.Leave(Anna, 4));
        Assert.True(book.Leave(Anna, 5));
        Assert.False(book.Leave(Anna, 5));
        Assert.Equal(CurveRefusal.StaleNumber(5), book.Bid(Anna, bid, 10, out _));

        // Once it is over its number is forgotten, and it is refused for being over.
        book.Expire(900);
        Assert.Equal(CurveRefusal.Expired, book.Bid(Anna, bid, 900, out _));
        Assert.Null(book.Bid(Anna, new(1, Heater, 1000), 900, out _));
    }

    [Fact]
    public void Number_is_kept_for_the_longest_of_the_bids_that_were_signed()
    {
        var book = Book();
        NumberedCurve lasting = new(1, Heater, 1900);
        book.Bid(Anna, lasting, 0, out _);
        book.Bid(Anna, new(2, Panel, 100), 0, out _);
        Assert.True(book.Expire(100));
        Assert.Equal(CurveRefusal.StaleNumber(2), book.Bid(Anna, lasting, 101, out _));
    }

    [Fact]
    public void Only_who_is_on_the_whitelist_may_bid()
    {
        var book = Book(new AgentBookRules { Whitelist = [Bice], BidLifetime = 1000 });
        Assert.Equal(CurveRefusal.NotAllowed, book.Bid(Anna, new(1, Heater, 500), 0, out _));
        Assert.Null(book.Bid(Bice, new(1, Heater, 500), 0, out _));
        Assert.Equal(1, book.Count);
    }

    [Fact]
    public void Full_book_takes_known_agents_only()
    {
        var book = Book(new AgentBookRules { MostAgents = 1, BidLifetime = 1000 });
        book.Bid(Anna, new(1, Heater, 500), 0, out _);
        Assert.Equal(CurveRefusal.Full, book.Bid(Bice, new(1, Heater, 500), 0, out _));
        Assert.Null(book.Bid(Anna, new(2, Panel, 500), 0, out _));
    }

    [Fact]
    public void Curve_on_another_basis_is_refused_alone()
    {
        var book = Book();
        book.Bid(Anna, new(1, Heater, 500), 0, out _);
        book.Bid(Bice, new(1, Panel, 500), 0, out _);
        var before = book.Aggregate;
        Assert.Equal(new CurveRefusal("other-basis"), book.Bid(Anna, new(2, CurveGens.Curve(CurveGens.Eleven, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 500), 0, out _));
        Assert.Equal(before, book.Aggregate);

        // The refused number is not used up.
        Assert.Null(book.Bid(Anna, new(2, Heater, 500), 0, out _));
    }

    [Fact]
    public void Sum_stays_a_bid_that_the_level_above_can_take()
    {
        // Two agents of 600 MW: together more than the 1 GW of one bid.
        var half = DemandCurve.Flat(Basis, CurveGens.Watts(600_000_000));
        var book = Book();
        Assert.Null(book.Bid(Anna, new(1, half, 500), 0, out _));
        Assert.Equal(new CurveRefusal("sum-out-of-range"), book.Bid(Bice, new(1, half, 500), 0, out _));
        Assert.True(DemandCurve.TryCreate(Basis, book.Aggregate.Demands, out _, out _));

        var top = Book(new AgentBookRules { MostDemand = Demand.MaxOfSum, BidLifetime = 1000 });
        Assert.Null(top.Bid(Anna, new(1, half, 500), 0, out _));
        Assert.Null(top.Bid(Bice, new(1, half, 500), 0, out _));
    }

    [Fact]
    public void Basis_on_which_a_price_does_not_name_its_step_is_refused() =>
        Assert.Throws<ArgumentException>(() => new AgentBook(MarketBasis.Create(12, 0, 10), new AgentBookRules()));

    [Fact]
    public void Whatever_comes_in_whatever_order_the_aggregate_is_the_sum_of_the_last_bids_that_still_count() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Long[1, 12], Gen.Long[0, 9], CurveGens.On(Basis)).Array[1, 40].Sample(events =>
        {
            var book = Book(new AgentBookRules { BidLifetime = 20 });
            var counting = new Dictionary<MemberId, (DemandCurve Curve, long Until)>();
            var numbers = new Dictionary<MemberId, long>();
            long now = 0;
            foreach (var (who, what, number, passed, curve) in events)
            {
                now += passed;
                book.Expire(now);
                counting = counting.Where(entry => entry.Value.Until > now).ToDictionary();
                var agent = new MemberId($"{who}");
                if (what == 0)
                {
                    if (book.Leave(agent, number))
                    {
                        Assert.True(counting.Remove(agent));
                        numbers[agent] = number;
                    }
                }
                else if (book.Bid(agent, new(number, curve, now + 25), now, out var isNew) is null && isNew)
                {
                    counting[agent] = (curve, now + 20);
                    numbers[agent] = number;
                }
            }

            var sum = counting.Values.Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (total, entry) => total.Plus(entry.Curve));
            Assert.Equal((sum, counting.Count), (book.Aggregate, book.Count));
        }, iter: 5_000);

    private static AgentBook Book(AgentBookRules? rules = null) => new(Basis, rules ?? new AgentBookRules { BidLifetime = 1000 });
}
