using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Portfolio;

public sealed class EnablementTests
{
    // 100 homes of 10 kW are 1 MW, the least.
    private static readonly DeliveryPoint[] Homes = [.. Enumerable.Range(1, 100).Select(number => BspSamples.Point(number))];

    [Fact]
    public void A_hundred_homes_of_ten_kilowatts_are_enabled() => Codes(Homes, unit => unit);

    [Fact]
    public void A_watt_less_than_the_least_is_not() => Codes([.. Homes[..99], BspSamples.Point(100, 9_999)], unit => unit, "below-minimum-size");

    [Fact]
    public void One_direction_is_enough() => Codes([.. Homes.Select(home => home with { Down = 0 })], unit => unit);

    [Fact]
    public void Power_that_the_ramp_does_not_reach_does_not_count() =>
        // 600 W a minute for 15 minutes are 9,000 W.
        Codes([.. Homes[..99], Homes[99] with { RampPerMinute = 600 }], unit => unit, "below-minimum-size");

    [Fact]
    public void Power_that_is_not_held_does_not_count() => Codes([.. Homes[..99], Homes[99] with { HoldingSeconds = 7_199 }], unit => unit, "below-minimum-size", "holds-too-short");

    [Fact]
    public void A_class_of_another_market_is_unknown() => Codes(Homes, unit => unit with { Class = "RPG" }, "unknown-class");

    [Fact]
    public void A_zone_of_nowhere_is_unknown() => Codes([.. Homes.Select(home => home with { Zone = "ATLANTIS" })], unit => unit with { Zone = "ATLANTIS" }, "unknown-zone");

    [Fact]
    public void A_point_elsewhere_is_named() => Codes([.. Homes, BspSamples.Point(101) with { Zone = "SICI" }], unit => unit, "zone-differs");

    [Fact]
    public void A_consumption_unit_holds_no_mixed_points() =>
        Assert.Equal(100, Check(Homes, unit => unit with { Class = "UVAC" }).Count(code => code == "kind-not-in-class"));

    [Fact]
    public void A_nodal_unit_is_at_one_node()
    {
        Codes([.. Homes.Select(home => home with { Node = "CAGLIARI" })], unit => unit with { Class = "UVAN" });
        Codes([.. Homes.Select(home => home with { Node = home == Homes[0] ? "OLBIA" : "CAGLIARI" })], unit => unit with { Class = "UVAN" }, "nodes-differ");
        Codes([.. Homes.Select(home => home with { Node = home == Homes[0] ? "" : "CAGLIARI" })], unit => unit with { Class = "UVAN" }, "nodes-differ", "no-node");
    }

    [Fact]
    public void A_unit_without_points_says_so() => Codes(Homes, unit => unit with { Points = [] }, "no-points", "below-minimum-size");

    [Fact]
    public void A_point_twice_and_a_point_unknown_are_named() =>
        Codes(Homes, unit => unit with { Points = [.. unit.Points, BspSamples.Pod(1), BspSamples.Pod(500)] }, "point-twice", "unknown-point");

    [Fact]
    public void A_point_is_in_one_unit()
    {
        var portfolio = new UnitPortfolio(Homes, [new(BspSamples.Uvam, "UVAM", "SARD", [.. Homes.Select(home => home.Code)]), new(new("OTHER"), "UVAM", "SARD", [Homes[7].Code])], []);
        Assert.Equal(["point-elsewhere"], Enablement.Check(portfolio.Unit(), portfolio, BspSamples.Msd).Select(objection => objection.Code));
    }

    [Fact]
    public void A_meter_that_is_slow_is_named() => Codes([.. Homes, BspSamples.Point(101) with { TelemetrySeconds = 60 }], unit => unit, "measured-too-seldom");

    [Fact]
    public void A_certificate_over_nothing_is_named() => Codes([.. Homes, BspSamples.Point(101, 0)], unit => unit, "nothing-certified");

    [Fact]
    public void A_veto_bounds_a_point_for_its_periods_and_its_direction()
    {
        var (from, until) = (BspSamples.At("2026-11-30T17:00:00Z"), BspSamples.At("2026-11-30T18:00:00Z"));
        var portfolio = BspSamples.Portfolio(Homes)
            .With(new GridVeto(Homes[0].Code, RegulationDirection.Up, from, until, 4_000, "transformer"))
            .With(new GridVeto(Homes[0].Code, null, from, from.Next, 1_000, "works"));
        long Allowed(VirtualEnergy.P2P.Market.Period period, RegulationDirection direction) => portfolio.Allowed(Homes[0], period, direction, BspSamples.Msd);
        Assert.Equal((1_000, 1_000), (Allowed(from, RegulationDirection.Up), Allowed(from, RegulationDirection.Down)));
        Assert.Equal((4_000, 10_000), (Allowed(from.Next, RegulationDirection.Up), Allowed(from.Next, RegulationDirection.Down)));
        Assert.Equal((10_000, 10_000), (Allowed(until, RegulationDirection.Up), Allowed(from.Previous, RegulationDirection.Up)));
    }

    private static void Codes(DeliveryPoint[] points, Func<VirtualUnit, VirtualUnit> change, params string[] codes) => Assert.Equal(codes, Check(points, change));

    private static IEnumerable<string> Check(DeliveryPoint[] points, Func<VirtualUnit, VirtualUnit> change)
    {
        var portfolio = BspSamples.Portfolio(points);
        var objections = Enablement.Check(change(portfolio.Unit()), portfolio, BspSamples.Msd);
        Assert.All(objections, objection => Assert.EndsWith(".", objection.Words, StringComparison.Ordinal));
        return objections.Select(objection => objection.Code);
    }
}
