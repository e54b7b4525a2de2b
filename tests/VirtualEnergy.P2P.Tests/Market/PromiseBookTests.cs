using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>What promises elsewhere leave of local trade.</summary>
public sealed class PromiseBookTests
{
    private static readonly MemberId Anna = new("0xa1");
    private static readonly MemberId Bsp = new("0xb1");
    private static readonly Period Open = new(100);

    private readonly PromiseBook _book = new();

    [Theory]
    [InlineData(500, 500, 0, true)] // her program is bought,
    [InlineData(500, 501, 0, false)] // not a Wh beside it
    [InlineData(500, 0, 1, false)] // and nothing of it is sold
    [InlineData(-300, 0, 300, true)]
    [InlineData(-300, 0, 301, false)]
    [InlineData(-300, 1, 0, false)]
    [InlineData(0, 0, 0, true)]
    public void A_promised_period_leaves_its_program_and_nothing_beside_it(long program, long bought, long sold, bool isAdmitted) =>
        Assert.Equal(isAdmitted, PromisedRoom.Of(new Energy(program)).Admits(BidOf(Open, bought, sold)));

    [Fact]
    public void Only_the_promised_periods_of_the_home_are_bound()
    {
        _book.Keep(PromiseOf(1, 101, 500, -200), Open);

        Assert.Null(_book.RoomOf(Anna, new Period(100)));
        Assert.Equal(new PromisedRoom(new Energy(500), Energy.Zero), _book.RoomOf(Anna, new Period(101)));
        Assert.Equal(new PromisedRoom(Energy.Zero, new Energy(200)), _book.RoomOf(Anna, new Period(102)));
        Assert.Null(_book.RoomOf(Anna, new Period(103)));
        Assert.Null(_book.RoomOf(Bsp, new Period(101)));
    }

    [Fact]
    public void A_promise_for_a_period_whose_gate_is_closed_comes_too_late() =>
        Assert.Equal(PromiseRefusal.GateClosed, _book.Objection(PromiseOf(1, 99, 500, 500), Open, []));

    [Fact]
    public void Of_bid_and_promise_for_one_energy_the_one_that_came_first_is_taken()
    {
        Assert.Equal(PromiseRefusal.BidStands, _book.Objection(PromiseOf(1, 100, 500), Open, [BidOf(Open, 501, 0)]));
        Assert.Null(_book.Objection(PromiseOf(1, 100, 500), Open, [BidOf(Open, 500, 0)]));
        Assert.Null(_book.Objection(PromiseOf(1, 101, 500), Open, [BidOf(Open, 501, 0)]));
    }

    [Fact]
    public void Two_promises_of_a_home_do_not_share_a_period()
    {
        _book.Keep(PromiseOf(1, 100, 500, 500), Open);

        Assert.Equal(PromiseRefusal.Overlaps, _book.Objection(PromiseOf(2, 101, 500), Open, []));
        Assert.Equal(PromiseRefusal.Overlaps, _book.Objection(PromiseOf(1, 110, 500), Open, []));
        Assert.Null(_book.Objection(PromiseOf(2, 102, 500), Open, []));
    }

    [Fact]
    public void A_released_promise_binds_no_more_and_said_again_does_not_bind_anew()
    {
        var promise = PromiseOf(1, 100, 500);
        _book.Keep(promise, Open);
        _book.Release(promise);

        Assert.Null(_book.RoomOf(Anna, Open));
        Assert.Equal(PromiseRefusal.Released, _book.Objection(promise, Open, []));
        Assert.Null(_book.Objection(PromiseOf(2, 100, 400), Open, []));
    }

    [Fact]
    public void A_flood_of_promises_is_bounded_and_those_that_are_over_make_room()
    {
        for (var i = 0; i < PromiseBook.MostOfAMember; i++)
        {
            _book.Keep(PromiseOf(i, 100 + i, 0), Open);
        }

        Assert.Equal(PromiseRefusal.TooMany, _book.Objection(PromiseOf(99, 500, 0), Open, []));
        Assert.Null(_book.Objection(PromiseOf(99, 500, 0), Open.Next, []));
    }

    [Fact]
    public void What_could_not_be_made_durable_never_was()
    {
        var promise = PromiseOf(1, 100, 500);
        _book.Keep(promise, Open);
        Assert.True(_book.Has(promise));

        _book.TakeBack(promise);

        Assert.False(_book.Has(promise));
        Assert.Null(_book.Objection(promise, Open, []));
    }

    [Fact]
    public void Every_refusal_has_a_code_of_its_own() =>
        Assert.Equal(Enum.GetValues<PromiseRefusal>().Length, Enum.GetValues<PromiseRefusal>().Select(refusal => refusal.Code()).Distinct().Count());

    private static HomePromise PromiseOf(long id, long first, params long[] program) => new(Anna, Bsp, id, new Period(first), [.. program.Select(energy => new Energy(energy))]);

    private static Bid BidOf(Period period, long bought, long sold) => new(
        Anna, period, 1, bought > 0 ? [new Step(new Price(200_000), new Energy(bought))] : [], sold > 0 ? [new Step(new Price(300_000), new Energy(sold))] : []);
}
