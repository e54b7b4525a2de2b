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

    [Fact]
    public void A_later_revision_changes_the_power_that_is_ordered_and_a_repetition_changes_nothing()
    {
        Sell();
        _time.SetUtcNow(Evening.AddMinutes(-5));
        Receive(Order(1, isCancelled: false, ("o0/0", 800_000)));
        // Before it begins: the first is revoked and another takes its time.
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(2, isCancelled: false, ("o0/0", 600_000))));
        Assert.Equal(-600_000, AtEnd(Evening.AddMinutes(14.5)));

        // Under way: the next goes on from where it is. The same revision again, which did not reach its acknowledgement, does nothing more.
        _time.SetUtcNow(Evening.AddMinutes(5));
        var count = _parts.Orders.Read().Length;
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(3, isCancelled: false, ("o0/0", 600_000))));
        Assert.Equal(count, _parts.Orders.Read().Length);
        Assert.Equal(EsmpOutcome.Refused, Receive(Order(2, isCancelled: false, ("o0/0", 800_000)))); // an older revision
        Assert.Equal(-600_000, AtEnd(Evening.AddMinutes(14.5)));
    }

    [Fact]
    public void What_is_not_in_a_later_revision_is_wanted_no_more_and_other_documents_stay()
    {
        Sell();
        _time.SetUtcNow(Evening.AddMinutes(-5));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(1, isCancelled: false, ("o0/0", 800_000))));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(1, isCancelled: false, 15, "ORDER-2", ("o1/0", 700_000))));
        _time.SetUtcNow(Evening.AddMinutes(2));
        Assert.Equal(EsmpOutcome.Accepted, Receive(Order(2, isCancelled: true, ("o0/0", 800_000))));
        _parts.Books.Advance(_time.GetUtcNow());

        Assert.Equal(["accepted", "revoked"], _parts.Orders.Read().Where(order => order.Kind == "regulation").OrderBy(order => order.Watts == -800_000).Select(order => order.State));
        Assert.Equal(EsmpOutcome.Refused, Receive(Order(1, isCancelled: true, 0, "ORDER-3", ("o0/0", 800_000)))); // nothing of this document is in force
    }

    [Fact]
    public void A_revision_beyond_what_was_sold_leaves_the_order_as_it_was()
    {
        Sell();
        _time.SetUtcNow(Evening.AddMinutes(-5));
        Receive(Order(1, isCancelled: false, ("o0/0", 800_000)));
        Assert.Equal(EsmpOutcome.Refused, Receive(Order(2, isCancelled: false, ("o0/0", 1_300_000))));
        Assert.Equal(-800_000, AtEnd(Evening.AddMinutes(14.5)));
    }

    [Fact]
    public void Periods_of_the_same_power_are_one_order()
    {
        Sell();
        _time.SetUtcNow(Evening.AddMinutes(-5));
        var two = Order(1, isCancelled: false, ("o0/0", 800_000));
        Assert.Equal(EsmpOutcome.Accepted, Receive(two with
        {
            Interval = new EsmpInterval(Evening, Evening.AddMinutes(30)),
            Series = [.. two.Series, .. Order(1, isCancelled: false, 15, "", ("o1/0", 800_000)).Series],
        }));
        var order = Assert.Single(_parts.Orders.Read());
        Assert.Equal((Evening, (DateTimeOffset?)Evening.AddMinutes(30)), (order.Start, order.End));
    }

    [Fact]
    public async Task A_document_that_comes_again_after_a_restart_is_acknowledged_without_effect()
    {
        var folder = Directory.CreateTempSubdirectory("ve-esmp-");
        var options = TestUnits.Options(folder.FullName) with { Esmp = new EsmpOptions(EsmpExamples.Provider, EsmpExamples.Operator, EsmpExamples.Italy, "A47") };
        await using (var parts = new GatewayParts(options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance))
        {
            Assert.Null(parts.Books.Offer(new OfferId("o0"), new UnitOffer(Unit, PeriodAt(0), RegulationDirection.Up, [new OfferStep(1_000_000, new Price(100_000))]), _time.GetUtcNow()));
            Assert.Equal(EsmpOutcome.Accepted, parts.Esmp!.Intake.Receive(EsmpCodec.Write(Result(("o0/0", 0, 1m)))).Outcome);
        }

        var log = File.ReadAllBytes(Path.Combine(folder.FullName, "books.jsonl"));
        await using (var parts = new GatewayParts(options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance))
        {
            Assert.Equal(EsmpOutcome.Repeated, parts.Esmp!.Intake.Receive(EsmpCodec.Write(Result(("o0/0", 0, 1m)))).Outcome);
            Assert.Equal(EsmpOutcome.Refused, parts.Esmp.Intake.Receive(EsmpCodec.Write(Result(("o0/0", 0, 0.5m)))).Outcome); // another content under the same number
        }

        // Killed between the effect and the line of the document: its effect is known by its own name, and it is accepted.
        var effect = log.AsSpan(0, log.Length - 1).LastIndexOf((byte)'\n') + 1;
        File.WriteAllBytes(Path.Combine(folder.FullName, "books.jsonl"), log[..effect]);
        await using (var parts = new GatewayParts(options, _time, new GatewayFeed(new NoBrowsers()), NullLoggerFactory.Instance))
        {
            Assert.Equal(EsmpOutcome.Accepted, parts.Esmp!.Intake.Receive(EsmpCodec.Write(Result(("o0/0", 0, 1m)))).Outcome);
            Assert.Equal(1_000_000, parts.Books.Offer(Unit, PeriodAt(0), RegulationDirection.Up)!.AcceptedWatts);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void Offers_that_change_make_a_later_revision_of_the_bid_document()
    {
        Assert.Equal(1, _parts.Esmp!.Bids(TestUnits.Unit, Day)!.Revision);
        Assert.Null(_parts.Books.Withdraw(new OfferId("o1"), _time.GetUtcNow()));
        var document = _parts.Esmp.Bids(TestUnits.Unit, Day)!;
        Assert.Equal((2, "o0/0 o0/1"), (document.Revision, string.Join(' ', ReserveOffers.Of(document).Select(offer => offer.Id))));
    }

    private AcknowledgementDocument? _last;

    private void Sell() => Assert.Equal(EsmpOutcome.Accepted, Receive(Result(("o0/0", 0, 1m), ("o1/0", 1, 1m))));

    private long AtEnd(DateTimeOffset instant) => _parts.Books.TargetAt(TestUnits.Unit, instant, 0).Shift;

    private EsmpOutcome Receive(IEsmpDocument document)
    {
        var receipt = _parts.Esmp!.Intake.Receive(EsmpCodec.Write(document));
        _last = receipt.Acknowledgement;
        return receipt.Outcome;
    }

    private static Period PeriodAt(int i) => new(PeriodGrid.QuarterHour.At(Evening).Index + i);

    private ActivationDocument Order(int revision, bool isCancelled, params (string Bid, long Watts)[] bids) => Order(revision, isCancelled, 0, "ORDER-1", bids);

    private ActivationDocument Order(int revision, bool isCancelled, int minute, string name, params (string Bid, long Watts)[] bids) => ActivationOrders.ToDocument(
        bids.Select(bid => new ActivationOrder("", 0, bid.Bid, null, RegulationDirection.Up, isCancelled, Evening.AddMinutes(minute), [bid.Watts])), name, revision,
        new EsmpInterval(Evening.AddMinutes(minute), Evening.AddMinutes(minute + 15)), new BidFrame(new EsmpPartner(EsmpExamples.Operator, "A49"), EsmpExamples.Italy, EsmpExamples.Italy, "A47"),
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
