using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>An order to deliver a bid, or to stop.</summary>
/// <param name="DocumentId">The document that ordered; with the revision it is one order.</param>
/// <param name="Revision">The document's revision.</param>
/// <param name="BidId">The bid that is activated.</param>
/// <param name="Resource">The unit that delivers, or null where the bid says it.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="IsCancelled">True where the order takes back one that was given.</param>
/// <param name="Start">When the first period begins.</param>
/// <param name="Watts">W for each period, not negative.</param>
public sealed record ActivationOrder(string DocumentId, int Revision, string BidId, CodedId? Resource, RegulationDirection Direction, bool IsCancelled, DateTimeOffset Start, ValueList<long> Watts);

/// <summary>Orders as activation documents and back, and the answer to one.</summary>
public static class ActivationOrders
{
    private const string Ordered = "A10";
    private const string Cancelled = "A09";
    private const string Activated = "A07";
    private const string Unavailable = "A11";

    /// <summary>The orders of a document that keeps <see cref="EsmpRules"/>; an answer (A41) has none.</summary>
    public static IEnumerable<ActivationOrder> Of(ActivationDocument document) =>
        from series in document.Type == "A41" ? [] : document.Series
        from run in series.Periods
        select new ActivationOrder(document.MRid, document.Revision, series.MRid, series.Resource, ReserveOffers.DirectionOf(series.Direction), series.Status == Cancelled || document.Type == "A36", run.Interval.Start,
            ValueList.From(run.Points.Select(point => EsmpQuantity.Watts(point.Quantity, series.Unit)!.Value)));

    /// <summary>The document with which an operator orders: the other side of <see cref="Of"/>.</summary>
    public static ActivationDocument ToDocument(IEnumerable<ActivationOrder> orders, string mRid, int revision, EsmpInterval interval, BidFrame frame, EsmpPartner provider, TimeSpan resolution, DateTimeOffset now) => new()
    {
        MRid = mRid,
        Revision = revision,
        Type = "A40",
        ProcessType = frame.ProcessType,
        Sender = frame.Operator.Id,
        SenderRole = frame.Operator.Role,
        Receiver = provider.Id,
        ReceiverRole = provider.Role,
        CreatedAt = EsmpAcknowledgements.Seconds(now),
        Interval = interval,
        Domain = frame.Domain,
        Series = ValueList.From(orders.Select(order => new ActivationSeries
        {
            MRid = order.BidId,
            Provider = provider.Id,
            BusinessType = "A97",
            AcquiringDomain = frame.Domain,
            ConnectingDomain = frame.ConnectingDomain,
            Unit = "MAW",
            Direction = ReserveOffers.CodeOf(order.Direction),
            Status = order.IsCancelled ? Cancelled : Ordered,
            Resource = order.Resource,
            Periods = [new ActivationPeriod(
                new EsmpInterval(order.Start, order.Start + (order.Watts.Count * resolution)),
                resolution,
                ValueList.From(order.Watts.Select((watts, at) => new ActivationPoint(at + 1, EsmpQuantity.Megawatts(watts)))))],
        })),
    };

    /// <summary>Our answer to an order: for each series whether it will be delivered.</summary>
    /// <param name="order">The order.</param>
    /// <param name="mRid">The answer's identification.</param>
    /// <param name="delivers">For a bid's identification, null when it is delivered, else the reason why not.</param>
    /// <param name="now">The time.</param>
    public static ActivationDocument Answer(ActivationDocument order, string mRid, Func<string, EsmpReason?> delivers, DateTimeOffset now) => order with
    {
        MRid = mRid,
        Revision = 1,
        Type = "A41",
        Sender = order.Receiver,
        SenderRole = order.ReceiverRole,
        Receiver = order.Sender,
        ReceiverRole = order.SenderRole,
        CreatedAt = EsmpAcknowledgements.Seconds(now),
        OrderId = order.MRid,
        OrderRevision = order.Revision,
        Series = ValueList.From(order.Series.Select(series => delivers(series.MRid) is { } reason
            ? series with { Status = Unavailable, Reasons = [reason] }
            : series with { Status = series.Status == Cancelled ? Cancelled : Activated, Reasons = [] })),
    };
}
