using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>From the offer book to the operator and back, all in documents.</summary>
public sealed class OfferDocumentsTests
{
    private static readonly OfferId Id = new("UP-2026-07-15-69");
    private readonly OfferBook _book = new(ShippedProfiles.Get("eu-mfrr"));

    public OfferDocumentsTests()
    {
        // 2 MW at 100 EUR/MWh and 3 MW more at 120, for the quarter hour from 17:00 UTC.
        var offer = new UnitOffer(new UnitId("UVAM-1"), PeriodGrid.QuarterHour.At(EsmpExamples.Evening.Start), RegulationDirection.Up, [new OfferStep(2_000_000, new Price(100_000)), new OfferStep(3_000_000, new Price(120_000))]);
        Assert.Null(_book.Submit(Id, offer, EsmpExamples.Now));
    }

    [Fact]
    public void A_step_is_a_bid()
    {
        var bids = OfferDocuments.Bids([_book.Find(Id)!], _ => EsmpExamples.Unit, PeriodGrid.QuarterHour).ToList();
        Assert.Equal(["UP-2026-07-15-69/0", "UP-2026-07-15-69/1"], bids.Select(bid => bid.Id));
        Assert.Equal([new OfferedPeriod(2_000_000, 0, 100_000), new OfferedPeriod(3_000_000, 0, 120_000)], bids.SelectMany(bid => bid.Periods));
        var document = ReserveOffers.ToDocument(bids, "BIDS", 1, EsmpExamples.Evening, EsmpExamples.Frame, EsmpExamples.AtProvider, EsmpExamples.Now);
        Assert.Empty(EsmpRules.Check(document, EsmpExamples.AtOperator, EsmpExamples.Now));
        Assert.Empty(EsmpSchemas.Against(EsmpCodec.Write(document)));
    }

    [Fact]
    public void What_was_taken_of_bids_is_the_offers_result()
    {
        var result = Assert.Single(OfferDocuments.Results(Result((0, 2m, 100m), (1, 1m, 120m))));
        var taken = _book.Take(result, EsmpExamples.Now);
        Assert.Null(taken.Refusal);
        Assert.Equal((OfferStatus.PartlyAccepted, 3_000_000L), (taken.Offer!.Status, taken.Offer.AcceptedWatts));

        // The same document again is the same result, which has no further effect.
        var again = _book.Take(Assert.Single(OfferDocuments.Results(Result((0, 2m, 100m), (1, 1m, 120m)))), EsmpExamples.Now);
        Assert.Equal((false, null), (again.Changed, again.Refusal));
    }

    [Fact]
    public void What_is_taken_without_a_price_or_is_not_ours_is_no_result()
    {
        Assert.Empty(OfferDocuments.Results(Result((0, 2m, null))));
        Assert.Single(OfferDocuments.Results(Result((0, 0m, null), (1, 0m, null))));
        Assert.Empty(OfferDocuments.Results(EsmpExamples.Result())); // UP-1 is no bid of the book
    }

    [Fact]
    public void A_name_that_leaves_no_room_for_the_step_is_refused()
    {
        var offer = _book.Find(Id)! with { Id = new OfferId(new string('x', 59)) };
        Assert.Throws<ArgumentException>(() => OfferDocuments.Bids([offer], _ => null, PeriodGrid.QuarterHour).ToList());
    }

    private static AllocationResultDocument Result(params (int Step, decimal Megawatts, decimal? Price)[] taken)
    {
        var (whole, series) = (EsmpExamples.Result(), EsmpExamples.Result().Series[0]);
        var quarter = new EsmpInterval(EsmpExamples.Evening.Start, EsmpExamples.Evening.Start.AddMinutes(15));
        return whole with
        {
            Series = ValueList.From(taken.Select(one => series with
            {
                MRid = $"R-{one.Step}",
                BidId = $"{Id}/{one.Step}",
                Periods = [new AllocationPeriod(quarter, TimeSpan.FromMinutes(15), [new AllocationPoint(1, one.Megawatts, EnergyPrice: one.Price)])],
            })),
        };
    }
}
