using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>The evening of the second of December 2026, planned on the first at 16:50 (CET is UTC + 1; the gate is at 17:00).</summary>
internal static class TestEvening
{
    public static readonly MarketDay Day = new(new DateOnly(2026, 12, 2));
    public static readonly DateTimeOffset Planned = new(2026, 12, 1, 15, 50, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Evening = new(2026, 12, 2, 17, 0, 0, TimeSpan.Zero);
    public static readonly UnitId Unit = new(TestUnits.Unit);

    /// <summary>That begins with the evening.</summary>
    public static Period First => PeriodGrid.QuarterHour.At(Evening);

    /// <summary>Two homes have a program of so many Wh a period, and the unit's baseline of the day is frozen.</summary>
    public static void Freeze(GatewayBooks books, long program = 0)
    {
        for (var home = 1; home <= 2; home++)
        {
            Assert.Null(books.Propose(TestUnits.Pod(home), Day, [.. Enumerable.Repeat(new Energy(program), 96)], Planned));
        }

        Assert.Null(books.Freeze(Unit, Day, Planned));
    }

    public static UnitOffer Offered(int period, long watts = 1_000_000) =>
        new(Unit, new Period(First.Index + period), RegulationDirection.Up, [new OfferStep(watts, new Price(100_000))]);

    /// <summary>So many periods from the evening on are offered and taken at 0.10 EUR/kWh.</summary>
    public static void Sell(GatewayBooks books, int periods, long watts = 1_000_000)
    {
        for (var i = 0; i < periods; i++)
        {
            var id = new OfferId($"offer-{i}");
            Assert.Null(books.Offer(id, Offered(i, watts), Planned));
            Assert.True(books.Take(new MarketResult($"r-{i}", id, [new AcceptedStep(0, watts, new Price(100_000))]), Planned.AddHours(2)).Changed);
        }
    }
}
