using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>Two homes of 600 kW, planned on the first of December for the second.</summary>
public sealed class PlanningDeskTests : IAsyncDisposable
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 12, 2));
    private static readonly UnitId Unit = new(TestUnits.Unit);

    // 16:49:59 by the clock on the wall: planning begins ten minutes before the gate of 17:00.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 15, 49, 59, TimeSpan.Zero));
    private readonly GatewayParts _parts;

    public PlanningDeskTests()
    {
        // Each home is trusted to deliver with 90 %, so both do with 81 %: enough at a confidence of half, and 1.2 MW are firm.
        var options = TestUnits.Options() with { Policy = new OfferPolicy { ConfidencePermille = 500 }, OfferHours = (new TimeOnly(18, 0), new TimeOnly(18, 30)) };
        _parts = new GatewayParts(options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance);
        for (var home = 0; home < 2; home++)
        {
            Assert.Null(_parts.Books.Propose(TestUnits.Pod(home + 1), Day, [.. Enumerable.Repeat(new Energy(0), 96)], _time.GetUtcNow()));
            _parts.Board.Change(home, _ => new HomeState(_time.GetUtcNow(), 0, 0, 600_000, 0, IsAvailable: true, null));
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public void Nothing_is_planned_before_its_time_nor_twice()
    {
        Assert.False(_parts.Planning.Run(_time.GetUtcNow()));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.False(_parts.Planning.Run(_time.GetUtcNow()));
        Assert.NotNull(_parts.Books.Baseline(Unit, Day));
    }

    [Fact]
    public void Every_period_of_the_hours_is_offered_and_what_an_offer_rests_on_is_reserved()
    {
        Plan();
        for (var quarter = 0; quarter < 2; quarter++)
        {
            // 0.10 EUR/kWh that the homes ask, 5 % and 0.001 EUR on top: 0.106.
            var offer = Offer(quarter)!;
            Assert.Equal(new OfferStep(1_200_000, new Price(106_000)), Assert.Single(offer.Offer.Steps));
            // Twice 600 kW over a quarter of an hour.
            Assert.Equal(300_000, _parts.Reservations.ReservedWattHours(offer.Id));
        }

        Assert.Null(Offer(-1));
        Assert.Null(Offer(2));
        Assert.Null(_parts.Books.Offer(Unit, At(0), RegulationDirection.Down)); // no home said that it can go down
    }

    [Fact]
    public void Of_what_is_taken_in_part_the_same_part_stays_reserved_and_what_is_refused_is_free()
    {
        Plan();
        Assert.True(_parts.Planning.Take(new MarketResult("r0", Offer(0)!.Id, [new AcceptedStep(0, 600_000, new Price(106_000))])).Changed);
        Assert.True(_parts.Planning.Take(new MarketResult("r1", Offer(1)!.Id, [])).Changed);

        Assert.Equal(150_000, _parts.Reservations.ReservedWattHours(Offer(0)!.Id));
        Assert.Null(_parts.Reservations.ReservedWattHours(Offer(1)!.Id));
    }

    [Fact]
    public void Homes_that_are_not_measured_are_not_offered()
    {
        _parts.Board.Change(1, state => state with { MeasuredAt = _time.GetUtcNow().AddMinutes(-1) });
        Plan();

        Assert.Null(Offer(0)); // 600 kW are below the market's least size of 1 MW
    }

    private void Plan()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_parts.Planning.Run(_time.GetUtcNow()));
    }

    private BookedOffer? Offer(int quarter) => _parts.Books.Offer(Unit, At(quarter), RegulationDirection.Up);

    private static Period At(int quarter) => new(PeriodGrid.QuarterHour.At(Day.At(new TimeOnly(18, 0))).Index + quarter);
}
