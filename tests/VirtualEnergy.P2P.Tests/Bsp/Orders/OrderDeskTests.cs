using CsCheck;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Orders;

public sealed class OrderDeskTests
{
    private static readonly UnitId North = new("north");
    private static readonly UnitId South = new("south");
    private static readonly DateTimeOffset Noon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    // Not any market's figures: a ramp of 5 to 15 min, a hold of 15 min to 3 h, 1 kW steps, a minute's notice, a day's horizon, 15 min to come back, and the
    // whole ramp used (no lead), so that powers are easy to reckon.
    private static readonly OrderTerms Terms = new(
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TimeSpan.FromHours(3), 1_000, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), TimeSpan.FromMinutes(15), 0);

    private readonly OrderDesk _desk = new(Terms, new HashSet<UnitId> { North, South }, (unit, _, _, _) => unit == North ? 500_000 : 100_000);

    // 300 kW up from 12:10 with a ramp of 15 min to 13:10: 12:10 0, 12:15 −100, 12:25 −300, 13:10 −300, 13:15 −200, 13:25 0.
    [Theory]
    [InlineData(9, 0, true)]
    [InlineData(10, 0, false)]
    [InlineData(15, -100_000, false)]
    [InlineData(25, -300_000, false)]
    [InlineData(69, -300_000, false)]
    [InlineData(75, -200_000, true)]
    [InlineData(85, 0, true)]
    public void An_order_ramps_holds_and_comes_back(int minute, long shift, bool releasing)
    {
        Accepted(Up("a", 300_000));
        Assert.Equal(new UnitTarget(shift, releasing), _desk.TargetAt(North, Noon.AddMinutes(minute), 0));
        Assert.Equal(0, _desk.TargetAt(South, Noon.AddMinutes(minute), 0).Shift);
    }

    [Fact]
    public void An_order_goes_through_its_stages()
    {
        Accepted(Up("a", 300_000));
        Assert.Equal(OrderStage.Accepted, Stage("a", 9));
        Assert.Equal(OrderStage.Ramping, Stage("a", 10));
        Assert.Equal(OrderStage.Holding, Stage("a", 25));
        Assert.Equal(OrderStage.Released, Stage("a", 70));
    }

    [Fact]
    public void An_order_whose_time_went_by_while_nobody_looked_has_expired()
    {
        Accepted(Up("a", 300_000));
        Assert.Equal([new OrderTransition("a", OrderStage.Accepted, OrderStage.Expired, Noon.AddHours(2))], _desk.Advance(Noon.AddHours(2)));
        Assert.Empty(_desk.Advance(Noon.AddHours(3)));
    }

    // Revoked at 12:40 while it holds 300 kW: back to 0 in 15 min.
    [Fact]
    public void A_revoked_order_comes_back_from_where_it_is()
    {
        Accepted(Up("a", 300_000));
        Stage("a", 30);
        Accepted(new RevocationOrder("r", North, Noon.AddMinutes(40), "a"), 39);
        Assert.Equal(OrderStage.Holding, Stage("a", 39));
        Assert.Equal(OrderStage.Revoked, Stage("a", 40));
        Assert.Equal(OrderStage.Released, Stage("r", 40));
        Assert.Equal(new UnitTarget(-200_000, true), _desk.TargetAt(North, Noon.AddMinutes(45), 0));
    }

    [Fact]
    public void An_order_that_is_revoked_before_it_starts_moves_nothing()
    {
        Accepted(Up("a", 300_000));
        Accepted(new RevocationOrder("r", North, Noon.AddMinutes(5), "a"));
        Assert.Equal(OrderStage.Revoked, Stage("a", 5));
        Assert.Equal(new UnitTarget(0, true), _desk.TargetAt(North, Noon.AddMinutes(30), 0));
        Accepted(Up("b", 200_000), 6);
    }

    // 300 kW until 12:40, then 500 kW within 10 min: 12:45 is half way, 400 kW.
    [Fact]
    public void An_order_in_the_place_of_another_goes_on_from_its_power()
    {
        Accepted(Up("a", 300_000));
        Accepted(new BalancingOrder("b", North, Noon.AddMinutes(40), RegulationDirection.Up, 500_000, TimeSpan.FromMinutes(10), Noon.AddMinutes(100), "a"), 1);
        Assert.Equal(-300_000, _desk.TargetAt(North, Noon.AddMinutes(40), 0).Shift);
        Assert.Equal(-400_000, _desk.TargetAt(North, Noon.AddMinutes(45), 0).Shift);
        Assert.Equal(-500_000, _desk.TargetAt(North, Noon.AddMinutes(90), 0).Shift);
    }

    // The unit would take 50 kW; the cap of −100 kW holds in full from 12:30 (ramp 12:20 to 12:30) to 13:00. The order of 100 kW up alone gives −50 kW.
    [Fact]
    public void A_limitation_goes_before_an_order()
    {
        Accepted(Up("a", 100_000));
        Accepted(new LimitationOrder("l", North, Noon.AddMinutes(20), LimitSide.Cap, -100_000, TimeSpan.FromMinutes(10), Noon.AddMinutes(60)));
        Assert.Equal(-150_000, _desk.TargetAt(North, Noon.AddMinutes(30), 50_000).Shift);
        Assert.Equal(-100_000, _desk.TargetAt(North, Noon.AddMinutes(69), 0).Shift);
    }

    // Without any order: a floor of 20 kW for a unit that would feed in 30 kW asks for 50 kW more.
    [Fact]
    public void A_limitation_alone_moves_the_unit_to_its_bound_and_no_further()
    {
        Accepted(new LimitationOrder("l", North, Noon.AddMinutes(20), LimitSide.Floor, 20_000, TimeSpan.FromMinutes(10), Noon.AddMinutes(60)));
        Assert.Equal(new UnitTarget(50_000, false), _desk.TargetAt(North, Noon.AddMinutes(40), -30_000));
        Assert.Equal(new UnitTarget(0, false), _desk.TargetAt(North, Noon.AddMinutes(40), 25_000));
    }

    [Fact]
    public void The_same_order_again_is_answered_as_before_and_another_under_its_id_is_not()
    {
        var first = Accepted(Up("a", 300_000));
        Assert.Equal(first, _desk.Receive(Up("a", 300_000), Noon.AddMinutes(30)));
        Assert.Equal(OrderRefusal.IdReused, _desk.Receive(Up("a", 200_000), Noon).Refusal);
        var refused = _desk.Receive(Up("b", 600_000), Noon);
        Assert.Same(refused, _desk.Receive(Up("b", 600_000), Noon.AddMinutes(1)));
    }

    [Fact]
    public void An_absolute_set_point_is_an_order_from_the_baseline()
    {
        var up = BalancingOrder.ToSetPoint("a", North, Noon, -100_000, 50_000, TimeSpan.Zero, Noon);
        Assert.Equal((RegulationDirection.Up, 150_000L, -150_000L), (up.Direction, up.Watts, up.Shift));
        Assert.Equal((RegulationDirection.Down, 20_000L), (BalancingOrder.ToSetPoint("a", North, Noon, 70_000, 50_000, TimeSpan.Zero, Noon) is var down ? (down.Direction, down.Watts) : default));
    }

    public static TheoryData<string, DispatchOrder> Bad => new()
    {
        { "malformed", Up("", 1_000) },
        { "malformed", Up(null!, 1_000) },
        { "malformed", Up(new string('x', 97), 1_000) },
        { "malformed", Up("x", 1_000) with { Unit = default } },
        { "malformed", Up("x", long.MaxValue) },
        { "malformed", Up("x", 1_000) with { Direction = (RegulationDirection)7 } },
        { "malformed", Up("x", 1_000) with { End = DateTimeOffset.MaxValue } },
        { "unknown-unit", Up("x", 1_000) with { Unit = new("west") } },
        { "in-the-past", Up("x", 1_000) with { Start = Noon.AddSeconds(-1) } },
        { "in-the-past", Up("x", 1_000) with { Start = DateTimeOffset.MinValue } },
        { "notice-too-short", Up("x", 1_000) with { Start = Noon.AddSeconds(59) } },
        { "too-far-ahead", Up("x", 1_000) with { Start = Noon.AddDays(1).AddSeconds(1) } },
        { "power-not-positive", Up("x", 0) },
        { "power-not-positive", Up("x", -1_000) },
        { "off-step", Up("x", 1_500) },
        { "ramp-out-of-range", Up("x", 1_000) with { Ramp = TimeSpan.FromMinutes(4) } },
        { "ramp-out-of-range", Up("x", 1_000) with { Ramp = TimeSpan.MinValue } },
        { "hold-out-of-range", Up("x", 1_000) with { End = Noon } },
        { "hold-out-of-range", Up("x", 1_000) with { End = Noon.AddHours(10) } },
        { "beyond-sold", Up("x", 501_000) },
        { "beyond-sold", Up("x", 101_000) with { Unit = South } },
        { "unknown-order", Up("x", 1_000) with { Replaces = "nobody" } },
        { "other-unit", Up("x", 1_000) with { Unit = South, Replaces = "held" } },
        { "already-over", Up("x", 1_000) with { Start = Noon.AddMinutes(190), End = Noon.AddMinutes(240), Replaces = "held" } },
        { "overlapping", Up("x", 1_000) with { Start = Noon.AddMinutes(179), End = Noon.AddMinutes(240) } },
        { "not-balancing", Up("x", 1_000) with { Start = Noon.AddMinutes(130), Replaces = "limit", End = Noon.AddMinutes(190) } },
        { "unknown-order", new RevocationOrder("x", North, Noon, "nobody") },
        { "unknown-order", new RevocationOrder("x", North, Noon, null!) },
        { "already-revoked", new RevocationOrder("x", North, Noon, "gone") },
        { "not-balancing", new RevocationOrder("x", North, Noon, "revocation") },
        { "limits-conflict", new LimitationOrder("x", North, Noon.AddMinutes(120), LimitSide.Floor, 1, TimeSpan.FromMinutes(5), Noon.AddMinutes(150)) },
        { "malformed", new LimitationOrder("x", North, Noon.AddMinutes(120), LimitSide.Floor, long.MinValue, TimeSpan.FromMinutes(5), Noon.AddMinutes(150)) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_order_is_refused_with_its_reason_and_changes_nothing(string code, DispatchOrder order)
    {
        Accepted(Up("held", 300_000) with { Start = Noon.AddMinutes(120), End = Noon.AddMinutes(180) });
        Accepted(new LimitationOrder("limit", North, Noon.AddMinutes(120), LimitSide.Cap, 0, TimeSpan.FromMinutes(5), Noon.AddMinutes(150)));
        Accepted(Up("gone", 1_000) with { Start = Noon.AddMinutes(300), End = Noon.AddMinutes(340) });
        Accepted(new RevocationOrder("revocation", North, Noon, "gone"));
        var before = _desk.Records.ToList();
        var record = _desk.Receive(order, Noon);
        Assert.Equal((OrderStage.Refused, code), (record.Stage, record.Refusal?.Code()));
        Assert.NotEmpty(record.Refusal!.Value.Sentence(order, Terms));
        Assert.Equal(before, _desk.Records.Where(other => other.Stage != OrderStage.Refused));
    }

    [Fact]
    public void A_desk_that_is_opened_with_its_records_goes_on_as_before()
    {
        Accepted(Up("a", 300_000));
        _desk.Receive(Up("b", 600_000), Noon);
        Stage("a", 30);
        Accepted(new RevocationOrder("r", North, Noon.AddMinutes(40), "a"), 35);
        var again = new OrderDesk(Terms, new HashSet<UnitId> { North }, (_, _, _, _) => 0, _desk.Records.ToList());
        Assert.Equal(_desk.Records, again.Records);
        Assert.Equal(_desk.Advance(Noon.AddMinutes(41)), again.Advance(Noon.AddMinutes(41)));
        Assert.Equal(_desk.TargetAt(North, Noon.AddMinutes(45), 0), again.TargetAt(North, Noon.AddMinutes(45), 0));
    }

    [Fact]
    public void A_flood_of_bad_orders_is_not_remembered_for_ever()
    {
        for (var i = 0; i < 3 * OrderDesk.MaxRefused; i++)
        {
            _desk.Receive(Up($"flood-{i}", 600_000), Noon);
        }

        Assert.Equal(OrderDesk.MaxRefused, _desk.Records.Count());
    }

    // Random orders at random times: whatever is accepted, the unit never owes more than was sold, and is back at 0 in the end.
    [Fact]
    public void No_history_of_orders_makes_a_unit_owe_more_than_it_sold() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[-10, 300], Gen.Int[0, 700], Gen.Int[0, 20], Gen.Int[0, 200], Gen.Int[0, 25], Gen.Int[0, 12]).List[1, 25].Sample(history =>
        {
            var desk = new OrderDesk(Terms, new HashSet<UnitId> { North }, (_, direction, _, _) => direction == RegulationDirection.Up ? 500_000 : 200_000);
            var (n, now) = (0, Noon);
            foreach (var (kind, start, kilowatts, ramp, hold, other, pause) in history)
            {
                now = now.AddMinutes(pause);
                desk.Advance(now);
                var from = now.AddMinutes(start);
                desk.Receive(kind == 3 ? new RevocationOrder($"o{n++}", North, from, $"o{other}") : new BalancingOrder(
                    $"o{n++}", North, from, kind == 0 ? RegulationDirection.Down : RegulationDirection.Up, kilowatts * 1_000, TimeSpan.FromMinutes(ramp), from.AddMinutes(ramp + hold),
                    kind == 2 ? $"o{other}" : null), now);
                for (var minute = 0; minute < 600; minute += 7)
                {
                    Assert.InRange(desk.TargetAt(North, now.AddMinutes(minute), 0).Shift, -500_000, 200_000);
                }
            }

            Assert.Equal(new UnitTarget(0, true), desk.TargetAt(North, now.AddDays(2), 0));
            desk.Advance(now.AddDays(2));
            Assert.All(desk.Records, record => Assert.True(record.IsOver));
            desk.Forget(now.AddDays(3));
            Assert.DoesNotContain(desk.Records, record => record.Stage != OrderStage.Refused);
        }, iter: 500, threads: 2);

    // Accepted: 2 MW from 12:00, 1 MW from 12:15, nothing from 12:30.
    [Theory]
    [InlineData(0, 15, 2_000_000)]
    [InlineData(0, 16, 1_000_000)]
    [InlineData(15, 30, 1_000_000)]
    [InlineData(20, 31, 0)]
    [InlineData(-1, 15, 0)]
    [InlineData(15, 15, 0)]
    [InlineData(0, 100_000_000, 0)]
    public void What_was_sold_is_the_least_of_all_periods_of_the_span(int from, int to, long watts)
    {
        var (grid, profile) = (PeriodGrid.QuarterHour, ShippedProfiles.Get(ShippedProfiles.ItalianMsd));
        var book = new OfferBook(profile);
        for (var (i, megawatts) = (0, 2L); i < 2; i++, megawatts--)
        {
            var (id, price, period) = (new OfferId($"o{i}"), new Price(100_000), new Period(grid.At(Noon).Index + i));
            Assert.Null(book.Submit(id, new UnitOffer(North, period, RegulationDirection.Up, [new OfferStep(megawatts * 1_000_000, price)]), Noon.AddDays(-2)));
            Assert.Null(book.Take(new MarketResult($"r{i}", id, [new AcceptedStep(0, megawatts * 1_000_000, price)]), Noon.AddDays(-1)).Refusal);
        }

        Assert.Equal(watts, AcceptedOffers.In(book, grid)(North, RegulationDirection.Up, Noon.AddMinutes(from), Noon.AddMinutes(to)));
        Assert.Equal(0, AcceptedOffers.In(book, grid)(North, RegulationDirection.Down, Noon, Noon.AddMinutes(1)));
    }

    [Theory]
    [InlineData(ShippedProfiles.ItalianMsd)]
    [InlineData(ShippedProfiles.EuropeanMfrr)]
    public void The_terms_of_the_shipped_profiles_make_sense(string name)
    {
        var profile = ShippedProfiles.Get(name);
        var terms = OrderTerms.Of(profile, TimeSpan.FromMinutes(15));
        Assert.Null(terms.Objection);
        Assert.Equal(profile.RampSeconds, terms.MinimumRamp.TotalSeconds);
    }

    private static BalancingOrder Up(string id, long watts) =>
        new(id, North, Noon.AddMinutes(10), RegulationDirection.Up, watts, TimeSpan.FromMinutes(15), Noon.AddMinutes(70));

    private OrderRecord Accepted(DispatchOrder order, int minute = 0)
    {
        var record = _desk.Receive(order, Noon.AddMinutes(minute));
        Assert.Null(record.Refusal);
        return record;
    }

    private OrderStage Stage(string id, int minute)
    {
        _desk.Advance(Noon.AddMinutes(minute));
        return _desk.Records.Single(record => record.Order.Id == id).Stage;
    }
}
