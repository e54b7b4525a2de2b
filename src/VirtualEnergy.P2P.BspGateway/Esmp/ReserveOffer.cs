using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>One period of an offer.</summary>
/// <param name="Watts">What is offered, W, not negative; the direction says which way.</param>
/// <param name="MinimumWatts">The least that can be taken, W.</param>
/// <param name="MicroEurPerKWh">The price of its energy, µEUR per kWh.</param>
public readonly record struct OfferedPeriod(long Watts, long MinimumWatts, long MicroEurPerKWh);

/// <summary>One step of an offer of reserve over successive periods.</summary>
/// <param name="Id">Its identification, unique in its document.</param>
/// <param name="Resource">The unit that offers.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="Start">When the first period begins.</param>
/// <param name="Divisible">True where a part of it can be taken.</param>
/// <param name="Periods">What is offered, period by period without gaps.</param>
public sealed record ReserveOffer(string Id, CodedId? Resource, RegulationDirection Direction, DateTimeOffset Start, bool Divisible, ValueList<OfferedPeriod> Periods);

/// <summary>Who offers to whom, about what; the frame of a bid document.</summary>
/// <param name="Operator">The system operator.</param>
/// <param name="Domain">The area that is balanced.</param>
/// <param name="ConnectingDomain">The area where the units are connected.</param>
/// <param name="ProcessType">The process, as A47, manual frequency restoration.</param>
/// <param name="BusinessType">What is offered, as B74.</param>
/// <param name="Product">The standard product, as A07, or null.</param>
/// <param name="Version">The document's version.</param>
public sealed record BidFrame(EsmpPartner Operator, CodedId Domain, CodedId ConnectingDomain, string? ProcessType, string BusinessType = "B74", string? Product = null, ReserveBidVersion Version = ReserveBidVersion.V74);

/// <summary>Offers as bid documents and back.</summary>
public static class ReserveOffers
{
    /// <summary>The document that says these offers, in MW and EUR/MWh.</summary>
    public static ReserveBidDocument ToDocument(IEnumerable<ReserveOffer> offers, string mRid, int revision, EsmpInterval interval, BidFrame frame, EsmpProfile profile, DateTimeOffset now) => new()
    {
        Version = frame.Version,
        MRid = mRid,
        Revision = revision,
        Type = "A37",
        ProcessType = frame.ProcessType,
        Sender = profile.Self,
        SenderRole = profile.SelfRole,
        Receiver = frame.Operator.Id,
        ReceiverRole = frame.Operator.Role,
        CreatedAt = EsmpAcknowledgements.Seconds(now),
        Interval = interval,
        Domain = frame.Domain,
        Bids = ValueList.From(offers.Select(offer => Bid(offer, frame, profile))),
    };

    /// <summary>The offers of a document that keeps <see cref="EsmpRules"/>. Bids without a price of energy are no offers of energy and are left out.</summary>
    public static IEnumerable<ReserveOffer> Of(ReserveBidDocument document) =>
        from bid in document.Bids
        from run in bid.Periods
        where run.Points.All(point => point.EnergyPrice is not null)
        select new ReserveOffer(bid.MRid, bid.Resource, DirectionOf(bid.Direction), run.Interval.Start, bid.Divisible == EsmpCodes.Yes, ValueList.From(run.Points.Select(point => new OfferedPeriod(
            EsmpQuantity.Watts(point.Quantity, bid.QuantityUnit)!.Value,
            EsmpQuantity.Watts(point.MinimumQuantity ?? (bid.Divisible == EsmpCodes.Yes ? 0 : point.Quantity), bid.QuantityUnit)!.Value,
            EsmpQuantity.MicroEurPerKWh(point.EnergyPrice!.Value, bid.EnergyPriceUnit!)!.Value))));

    internal static RegulationDirection DirectionOf(string code) => code == EsmpCodes.Up ? RegulationDirection.Up : RegulationDirection.Down;

    internal static string CodeOf(RegulationDirection direction) => direction == RegulationDirection.Up ? EsmpCodes.Up : EsmpCodes.Down;

    private static BidSeries Bid(ReserveOffer offer, BidFrame frame, EsmpProfile profile) => new()
    {
        MRid = offer.Id,
        BusinessType = frame.BusinessType,
        AcquiringDomain = frame.Domain,
        ConnectingDomain = frame.ConnectingDomain,
        QuantityUnit = "MAW",
        Currency = "EUR",
        Divisible = offer.Divisible ? EsmpCodes.Yes : EsmpCodes.No,
        Status = new EsmpStatus("A06"),
        Resource = offer.Resource,
        Direction = CodeOf(offer.Direction),
        EnergyPriceUnit = "MWH",
        StandardProduct = frame.Product,
        Periods =
        [
            new BidPeriod(
                new EsmpInterval(offer.Start, offer.Start + (offer.Periods.Count * profile.Resolution)),
                profile.Resolution,
                ValueList.From(offer.Periods.Select((period, at) => new BidPoint(
                    at + 1,
                    EsmpQuantity.Megawatts(period.Watts),
                    offer.Divisible ? EsmpQuantity.Megawatts(period.MinimumWatts) : null,
                    EnergyPrice: EsmpQuantity.EurPerMWh(period.MicroEurPerKWh))))),
        ],
    };
}
