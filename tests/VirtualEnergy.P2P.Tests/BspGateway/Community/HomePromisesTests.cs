using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.BspGateway.Community;

/// <summary>What homes are asked to promise, from what was sold of them.</summary>
public sealed class HomePromisesTests : IDisposable
{
    private readonly CommunityHome _home = new(Home(0), PeriodGrid.QuarterHour, new FakeTimeProvider(Ten));
    private readonly OrderJournal _journal = OrderJournal.Open(null, "test", _ => { }, (_, _) => { });
    private readonly HomePromises _promises;

    public HomePromisesTests()
    {
        var post = new HomePost("test", ProviderKey, Signing, new Topics("village").Flexibility(Provider), _journal, (_, _) => Task.CompletedTask, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        _promises = new HomePromises([_home], post, PeriodGrid.QuarterHour);
        _home.At(Ten, default);
    }

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void What_is_sold_is_reserved_by_a_span_that_covers_all_of_it_at_what_its_steps_ask()
    {
        _home.Take(Headroom(0, 7));
        var order = Next(Sold(0, 1_600, 1, 2, 3, 4))!;

        // 800 W at 20 ct and 800 W at 25 ct: 22.5 ct for each kWh.
        Assert.Equal(
            (FlexibilityOrderKind.Reserve, 7L, After(1), 4, -1_600L, new Price(225_000)), (order.Kind, order.Offer, order.First, order.Periods, order.ChangeWatts, order.Price));
    }

    [Fact]
    public void A_price_that_is_no_whole_number_is_paid_no_less()
    {
        _home.Take(Headroom(0, 7));
        // 800 × 200,000 + 100 × 250,000 = 185,000,000; divided by 900: 205,555.55…
        Assert.Equal(new Price(205_556), Next(Sold(0, 900, 1, 2))!.Price);
    }

    [Fact]
    public void No_more_than_the_home_offers_is_asked_of_it()
    {
        _home.Take(Headroom(0, 7));
        Assert.Equal(-2_000, Next(Sold(0, 3_000, 1, 2, 3, 4))!.ChangeWatts); // 800 + 1,200 W
    }

    [Fact]
    public void An_order_has_the_most_that_is_sold_in_any_of_its_periods()
    {
        _home.Take(Headroom(0, 7));
        var order = Next([.. Sold(0, 400, 1), .. Sold(0, 800, 2), .. Sold(0, 600, 3)])!;
        Assert.Equal((After(1), 3, -800L), (order.First, order.Periods, order.ChangeWatts));
    }

    [Fact]
    public void What_fits_into_no_span_waits_for_the_next_offer_until_its_beginning_is_near()
    {
        _home.Take(Headroom(0, 7)); // spans 1–4 and 5–8
        var sold = Sold(0, 800, 3, 4, 5, 6);
        Assert.Null(Next(sold));
        _home.Take(Headroom(0, 8, from: 3)); // spans 3–6 and 7–10
        var order = Next(sold)!;
        Assert.Equal((8L, After(3), 4), (order.Offer, order.First, order.Periods));

        var other = new CommunityHome(Home(0), PeriodGrid.QuarterHour, new FakeTimeProvider(Ten));
        other.Take(Headroom(0, 7));
        // Period 2 begins at 10:30: ten minutes before, the three that fit into one span are better than nothing.
        var part = Next(other, Sold(0, 800, 2, 3, 4, 5, 6), Ten.AddMinutes(20))!;
        Assert.Equal((After(2), 3), (part.First, part.Periods));
    }

    [Fact]
    public void Nothing_is_reserved_of_an_offer_that_has_expired_or_for_a_period_that_has_begun()
    {
        _home.Take(Headroom(0, 7));
        Assert.Null(Next(_home, Sold(0, 800, 5, 6), Ten.AddMinutes(30)));
        Assert.Equal(After(2), Next(_home, Sold(0, 800, 1, 2, 3), Ten.AddMinutes(20))!.First);
    }

    [Fact]
    public void An_order_is_told_until_it_is_answered_and_what_is_promised_is_not_asked_again()
    {
        _home.Take(Headroom(0, 7));
        var sold = Sold(0, 800, 1, 2, 3, 4);
        var order = Say(Next(sold)!);
        Assert.Equal(order, Next(sold));
        _home.Take(Yes(order), out _);
        Assert.Null(Next(sold));
    }

    [Fact]
    public void A_refused_order_is_tried_once_with_each_offer()
    {
        _home.Take(Headroom(0, 7));
        var sold = Sold(0, 800, 1, 2, 3, 4);
        _home.Take(No(Say(Next(sold)!), "price"), out _);
        Assert.Null(Next(sold));
        _home.Take(Headroom(0, 8));
        Assert.Equal(8, Next(sold)!.Offer);
    }

    [Fact]
    public void What_is_not_sold_any_more_is_released_and_what_runs_is_not()
    {
        _home.Take(Headroom(0, 7));
        var order = Say(Next(Sold(0, 800, 1, 2, 3, 4))!);
        _home.Take(Yes(order), out _);
        var release = Next([])!;
        Assert.Equal((FlexibilityOrderKind.Release, order.Id, 0L), (release.Kind, release.Id, release.ChangeWatts));

        // In its first period it may be called: it is left to its end.
        Assert.Null(Next(_home, [], Ten.AddMinutes(16)));
        Say(release);
        Assert.Null(Next([]));
    }

    [Fact]
    public void An_order_refused_as_old_is_released_first_because_the_home_may_hold_it()
    {
        _home.Take(Headroom(0, 7));
        var sold = Sold(0, 800, 1, 2, 3, 4);
        var order = Say(Next(sold)!);
        _home.Take(No(order, "stale-number"), out _);
        var release = Next(sold)!;
        Assert.Equal((FlexibilityOrderKind.Release, order.Id), (release.Kind, release.Id));
        Say(release);
        _home.Take(Headroom(0, 8));
        Assert.Equal(FlexibilityOrderKind.Reserve, Next(sold)!.Kind);
    }

    [Fact]
    public void Homes_of_others_are_left_alone()
    {
        _home.Take(Headroom(0, 7));
        _promises.Run(Sold(1, 800, 1, 2), (_, _) => new Price(3_000_000), Ten);
        Assert.Empty(_home.Orders);
    }

    [Fact]
    public void A_home_that_raised_its_prices_after_the_sale_is_promised_no_more_than_it_was_sold_for()
    {
        _home.Take(Headroom(0, 7));
        // The step at 20 ct is worth it, the one at 25 is not.
        Assert.Equal(-800, _promises.Next(_home, Sold(0, 1_600, 1, 2), (_, _) => new Price(249_999), Ten)!.ChangeWatts);
        Assert.Null(_promises.Next(_home, Sold(0, 1_600, 1, 2), (_, _) => new Price(199_999), Ten));
        // One price for all of a row: the least of what its periods are sold for.
        Assert.Equal(-800, _promises.Next(_home, Sold(0, 1_600, 1, 2), (period, _) => new Price(period == After(1) ? 300_000 : 210_000), Ten)!.ChangeWatts);
    }

    private FlexibilityOrder? Next(List<ReservedEnergy> sold) => Next(_home, sold, Ten);

    // At a price beyond all steps.
    private FlexibilityOrder? Next(CommunityHome home, List<ReservedEnergy> sold, DateTimeOffset now) => _promises.Next(home, sold, (_, _) => new Price(3_000_000), now);

    private long _number;

    private FlexibilityOrder Say(FlexibilityOrder order)
    {
        var number = ++_number;
        var said = order with { Number = number, Id = order.Id > 0 ? order.Id : number };
        _home.Said(said);
        return said;
    }
}
