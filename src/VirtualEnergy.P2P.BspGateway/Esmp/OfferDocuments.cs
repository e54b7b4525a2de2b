using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Joins the offer book with documents: a step of an offer is a bid, what was taken of bids is the results of offers.</summary>
public static class OfferDocuments
{
    private const char Separator = '/';

    /// <summary>A bid for every step, named by the offer and the step's place: <c>OFFER/0</c>.</summary>
    /// <param name="offers">Offers of the book, with names that leave room for the step's.</param>
    /// <param name="resource">How the operator knows a unit.</param>
    /// <param name="grid">The market's periods.</param>
    public static IEnumerable<ReserveOffer> Bids(IEnumerable<BookedOffer> offers, Func<UnitId, CodedId?> resource, PeriodGrid grid) =>
        from offer in offers
        from step in offer.Offer.Steps.Select((step, place) => (Step: step, Place: place))
        select new ReserveOffer(BidId(offer.Id, step.Place), resource(offer.Offer.Unit), offer.Offer.Direction, grid.StartOf(offer.Offer.Period), true, [new OfferedPeriod(step.Step.Watts, 0, step.Step.Price.MicroEurPerKWh)]);

    /// <summary>A result for every offer that the document names; what it does not name has none, nor has an offer of which it takes a part without saying at what price.</summary>
    public static IEnumerable<MarketResult> Results(AllocationResultDocument document) =>
        from reserve in MarketResults.Of(document)
        let bid = Split(reserve.BidId)
        where bid is not null && reserve.Periods.Count == 1
        group (bid.Value.Step, Period: reserve.Periods[0]) by bid.Value.Offer into offer
        where offer.All(taken => taken.Period is { Watts: 0 } or { MicroEurPerKWh: not null })
        select new MarketResult(ResultId(document, offer.Key), offer.Key,
            [.. offer.OrderBy(taken => taken.Step).Select(taken => new AcceptedStep(taken.Step, taken.Period.Watts, new Price(taken.Period.MicroEurPerKWh ?? 0)))]);

    private static string BidId(OfferId offer, int place)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{offer.Value}{Separator}{place}");
        return id.Length <= 60 ? id : throw new ArgumentException($"The offer's name {offer} is too long for a bid: with its step it has at most 60 characters.", nameof(offer));
    }

    private static (OfferId Offer, int Step)? Split(string bid)
    {
        var at = bid.LastIndexOf(Separator);
        return at > 0 && int.TryParse(bid.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? (new OfferId(bid[..at]), step) : null;
    }

    // The document, its revision and the offer together are one result; the book wants its name short.
    private static string ResultId(AllocationResultDocument document, OfferId offer) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{document.Sender.Value}\n{document.MRid}\n{document.Revision}\n{offer.Value}")))[..40];
}
