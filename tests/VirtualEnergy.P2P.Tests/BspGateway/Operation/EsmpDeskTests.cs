using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Tests.BspGateway.Esmp;
using Xunit;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>A unit's offers as a bid document, and what results and orders in documents do to them.</summary>
public sealed class EsmpDeskTests : IAsyncDisposable
{
    private static readonly MarketDay Day = new(new DateOnly(2026, 12, 2));
    private static readonly DateTimeOffset Evening = new(2026, 12, 2, 17, 0, 0, TimeSpan.Zero);
    private static readonly UnitId Unit = new(TestUnits.Unit);

    // The first of December at 16:50 by the clock on the wall; the gate of the baselines is at 17:00.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 15, 50, 0, TimeSpan.Zero));
    private readonly GatewayParts _parts;

    public EsmpDeskTests()
    {
        var options = TestUnits.Options() with { Esmp = new EsmpOptions(EsmpExamples.Provider, EsmpExamples.Operator, EsmpExamples.Italy, "A47") };
        _parts = new GatewayParts(options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance);
        for (var home = 1; home <= 2; home++)
        {
            _parts.Books.Propose(TestUnits.Pod(home), Day, [.. Enumerable.Repeat(new Energy(0), 96)], _time.GetUtcNow());
        }

        Assert.Null(_parts.Books.Freeze(Unit, Day, _time.GetUtcNow()));
        var step = new OfferStep(1_000_000, new Price(100_000));
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(_parts.Books.Offer(new OfferId($"o{i}"), new UnitOffer(Unit, PeriodAt(i), RegulationDirection.Up, [step, new OfferStep(500_000, new Price(150_000))]), _time.GetUtcNow()));
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public void Each_step_of_an_offer_is_a_bid_of_the_document()
    {
        var document = _parts.Esmp!.Bids(TestUnits.Unit, Day)!;

        Assert.Empty(EsmpRules.Check(document, EsmpExamples.AtOperator, _time.GetUtcNow()));
        Assert.Equal(
            [("o0/0", 1_000_000L, 100_000L), ("o0/1", 500_000, 150_000), ("o1/0", 1_000_000, 100_000), ("o1/1", 500_000, 150_000)],
            ReserveOffers.Of(document).Select(offer => (offer.Id, offer.Periods[0].Watts, offer.Periods[0].MicroEurPerKWh)));
        Assert.Null(_parts.Esmp.Bids(TestUnits.Unit, Day.Before(1)));
    }

    [Fact]
    public void A_result_and_an_order_sell_and_call_what_they_name()
    {
        Assert.Equal(EsmpOutcome.Accepted, Receive(Result(("o0/0", 0, 1m), ("o0/1", 0, 0.2m), ("o1/0", 1, 1m))));
        Assert.Equal(1_200_000, _parts.Books.Offer(Unit, PeriodAt(0), RegulationDirection.Up)!.AcceptedWatts);
        Assert.Equal(1_000_000, _parts.Books.Offer(Unit, PeriodAt(1), RegulationDirection.Up)!.AcceptedWatts);

        _time.SetUtcNow(Evening.AddMinutes(-5));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(1, isCancelled: false, ("o0/0", 800_000))));
        Assert.Equal(EsmpOutcome.Repeated, Receive(Order(1, isCancelled: false, ("o0/0", 800_000))));
        var order = Assert.Single(_parts.Orders.Read());
        Assert.Equal(("regulation", -800_000L, "ESMP", "accepted", (DateTimeOffset?)Evening), (order.Kind, order.Watts, order.Way, order.State, order.Start));

        _time.SetUtcNow(Evening.AddMinutes(5));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(2, isCancelled: true, ("o0/0", 800_000))));
        _parts.Books.Advance(_time.GetUtcNow());
        Assert.Equal("revoked", _parts.Orders.Read().Single(one => one.Kind == "regulation").State);
    }

    [Fact]
    public void Bids_that_are_activated_together_are_one_order()
    {
        Receive(Result(("o0/0", 0, 1m), ("o0/1", 0, 0.5m)));
        _time.SetUtcNow(Evening.AddMinutes(-5));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(1, isCancelled: false, ("o0/0", 1_000_000), ("o0/1", 250_000))));

        Assert.Equal(-1_250_000, Assert.Single(_parts.Orders.Read()).Watts);
    }

    [Fact]
    public void What_was_not_sold_and_bids_that_are_not_there_are_refused_in_the_acknowledgement()
    {
        _time.SetUtcNow(Evening.AddMinutes(-5));
        Assert.Equal(EsmpOutcome.Refused, Receive(Order(1, isCancelled: false, ("o0/0", 800_000))));
        Assert.Contains("More is wanted than was sold", _last!.Reasons.Concat(_last.RejectedSeries.SelectMany(series => series.Reasons)).Last().Text, StringComparison.Ordinal);
        Assert.Equal(EsmpOutcome.Refused, Receive(Order(2, isCancelled: false, ("o7/0", 800_000))));
        Assert.Equal(EsmpOutcome.Refused, Receive(Result(("o0/9", 0, 1m))));
        Assert.All(_parts.Orders.Read(), order => Assert.Equal("refused", order.State));
    }

    private AcknowledgementDocument? _last;

    private EsmpOutcome Receive(IEsmpDocument document)
    {
        var receipt = _parts.Esmp!.Intake.Receive(EsmpCodec.Write(document));
        _last = receipt.Acknowledgement;
        return receipt.Outcome;
    }

    private static Period PeriodAt(int i) => new(PeriodGrid.QuarterHour.At(Evening).Index + i);

    private ActivationDocument Order(int revision, bool isCancelled, params (string Bid, long Watts)[] bids) => ActivationOrders.ToDocument(
        bids.Select(bid => new ActivationOrder("", 0, bid.Bid, null, RegulationDirection.Up, isCancelled, Evening, [bid.Watts])), "ORDER-1", revision,
        new EsmpInterval(Evening, Evening.AddMinutes(15)), new BidFrame(new EsmpPartner(EsmpExamples.Operator, "A49"), EsmpExamples.Italy, EsmpExamples.Italy, "A47"),
        new EsmpPartner(EsmpExamples.Provider, "A46"), TimeSpan.FromMinutes(15), _time.GetUtcNow());

    private AllocationResultDocument Result(params (string Bid, int Period, decimal Megawatts)[] taken) => EsmpExamples.Result() with
    {
        CreatedAt = _time.GetUtcNow(),
        Interval = new EsmpInterval(Evening, Evening.AddMinutes(30)),
        Series = ValueList.From(taken.Select((bid, index) => EsmpExamples.Result().Series[0] with
        {
            MRid = $"R-{index}", BidId = bid.Bid, Resource = null, CurveType = EsmpCurve.FixedBlocks, Reasons = [],
            Periods = [new AllocationPeriod(
                new EsmpInterval(Evening.AddMinutes(15 * bid.Period), Evening.AddMinutes(15 * (bid.Period + 1))), TimeSpan.FromMinutes(15),
                [new AllocationPoint(1, bid.Megawatts, EnergyPrice: bid.Bid.EndsWith("/1", StringComparison.Ordinal) ? 150 : 100)])],
        })),
    };
}
