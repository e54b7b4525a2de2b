using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Portfolio;

public sealed class DeclarationBookTests
{
    private static readonly DateTimeOffset Now = BspSamples.Instant("2026-11-30T12:00:00Z");

    private readonly DeclarationBook _book = new(BspSamples.Msd);

    [Fact]
    public void A_declaration_leaves_room_both_ways_of_the_program()
    {
        // From a program of 300 kW consumption it is 1,300 kW up to −1,000 kW, and 500 kW down to 800 kW.
        var declaration = new TechnicalDeclaration(BspSamples.Uvam, 1, new(0), new(1), -1_000_000, 800_000, false);
        Assert.Equal((1_300_000, 500_000), (declaration.Room(RegulationDirection.Up, 300_000), declaration.Room(RegulationDirection.Down, 300_000)));
        Assert.Equal((0, 1_900_000), (declaration.Room(RegulationDirection.Up, -1_100_000), declaration.Room(RegulationDirection.Down, -1_100_000)));
        Assert.Equal(0, (declaration with { Unavailable = true }).Room(RegulationDirection.Up, 300_000));
    }

    [Fact]
    public void The_latest_number_that_covers_a_period_counts()
    {
        var from = BspSamples.At("2026-11-30T13:00:00Z");
        Assert.Null(_book.Take(Declaration(1, from, 8), Now));
        Assert.Null(_book.Take(Declaration(2, from.Next, 2), Now));
        Assert.Equal([1, 2, 2, 1], new[] { 0, 1, 2, 3 }.Select(after => _book.Find(BspSamples.Uvam, new(from.Index + after))!.Number));
        Assert.Null(_book.Find(BspSamples.Uvam, from.Previous));
        Assert.Null(_book.Find(BspSamples.Uvam, new(from.Index + 8)));
        Assert.Null(_book.Find(new("OTHER"), from));
    }

    [Fact]
    public void A_declaration_comes_an_hour_before_it_holds()
    {
        Assert.Equal("declaration-late", _book.Take(Declaration(1, BspSamples.At("2026-11-30T12:45:00Z"), 4), Now)?.Code);
        Assert.Null(_book.Take(Declaration(1, BspSamples.At("2026-11-30T13:00:00Z"), 4), Now));
        Assert.Equal("declaration-late", _book.Take(Declaration(2, BspSamples.At("2026-11-30T13:00:00Z"), 4), Now.AddMilliseconds(1))?.Code);
    }

    [Fact]
    public void A_declaration_holds_for_31_days_at_most()
    {
        // 31 days of 96 periods.
        var from = BspSamples.At("2026-12-01T00:00:00Z");
        Assert.Equal("validity-too-long", _book.Take(Declaration(1, from, 2_977), Now)?.Code);
        Assert.Null(_book.Take(Declaration(1, from, 2_976), Now));
        Assert.Equal("validity-too-long", _book.Take(new(BspSamples.Uvam, 2, from, new(long.MaxValue), 0, 0, false), Now)?.Code);
    }

    [Fact]
    public void What_is_crossed_empty_or_out_of_order_has_no_effect()
    {
        var from = BspSamples.At("2026-11-30T13:00:00Z");
        Assert.Null(_book.Take(Declaration(5, from, 4), Now));
        Assert.Equal("bounds-crossed", _book.Take(Declaration(6, from, 4) with { Minimum = 2, Maximum = 1 }, Now)?.Code);
        Assert.Equal("empty-validity", _book.Take(Declaration(6, from, 0), Now)?.Code);
        Assert.Equal("stale-number", _book.Take(Declaration(5, from, 4), Now)?.Code);
        Assert.Equal(5, _book.Find(BspSamples.Uvam, from)!.Number);
    }

    [Fact]
    public void Declarations_that_are_over_make_place_for_new_ones()
    {
        var from = BspSamples.At("2026-11-30T13:00:00Z");
        for (var number = 1; number <= 4096; number++)
        {
            Assert.Null(_book.Take(Declaration(number, from, 1), Now));
        }

        Assert.Equal("too-many-declarations", _book.Take(Declaration(5_000, from, 1), Now)?.Code);
        Assert.Null(_book.Take(Declaration(5_000, BspSamples.At("2026-12-01T13:00:00Z"), 1), Now.AddDays(1)));
    }

    private static TechnicalDeclaration Declaration(long number, Period from, int periods) =>
        new(BspSamples.Uvam, number, from, new(from.Index + periods), -1_000_000, 1_000_000, false);
}
