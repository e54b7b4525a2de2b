using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Orders that activation documents come to. A document says all that is wanted by it; a later revision takes its place.</summary>
/// <remarks>
/// All bids that a document activates of a unit at the same time are one order, and periods of the same power that follow each other one as well. Of what an earlier revision
/// ordered, what is the same goes on, what is wanted otherwise is replaced, and what is wanted no more is revoked; other documents' orders stay. Orders are named after document,
/// revision and content, so a document that comes again after a stop does what is still to be done.
/// </remarks>
internal sealed class EsmpOrders(GatewayBooks books, OrderIntake orders, TimeProvider time)
{
    /// <summary>What a document wants of a unit, from the start of a period to the end of one.</summary>
    private readonly record struct Wanted(UnitId Unit, RegulationDirection Direction, DateTimeOffset Start, DateTimeOffset End, long Watts, string Bid)
    {
        public long Shift => Direction == RegulationDirection.Up ? -Watts : Watts;
    }

    /// <summary>Gives a document its effect, or says why it has none.</summary>
    /// <param name="find">The offer of a bid.</param>
    public List<EsmpRefusal> Take(ActivationDocument document, Func<string, BookedOffer?> find)
    {
        var activations = ActivationOrders.Of(document).Select(order => (Order: order, Offer: find(order.BidId))).ToList();
        var unknown = activations.Where(one => one.Offer is null || one.Offer.Offer.Direction != one.Order.Direction || one.Order.Watts.Distinct().Count() != 1)
            .Select(one => new EsmpRefusal(ReasonCode.LocalRules, $"{one.Order.BidId} is no bid here, goes the other way, or is not held at one power.", one.Order.BidId)).ToList();
        if (unknown.Count > 0)
        {
            return unknown;
        }

        var (now, key) = (time.GetUtcNow(), KeyOf(document));
        var before = books.Orders().Select(order => order.Record).Where(record => record.Refusal is null && record.Order.Id.StartsWith(key + "/", StringComparison.Ordinal)).ToList();
        var running = before.Where(record => record is { IsOver: false, EndedBy: null, Order: BalancingOrder } && record.End > now).ToList();
        var wanted = WantedBy(activations.Where(one => !one.Order.IsCancelled).Select(one => (one.Order, one.Offer!))).Where(one => one.Watts > 0 && running.RemoveAll(record => IsSame(record, one, now)) == 0).ToList();
        if (wanted.Count == 0 && running.Count == 0)
        {
            // Nothing is left to do: it is so already, by this revision or by an order that goes on, or there was nothing to be cancelled.
            return before.Count > 0 && (activations.Exists(one => !one.Order.IsCancelled) || before.Exists(record => record.Order.Id.StartsWith(Revision(document), StringComparison.Ordinal)))
                ? [] : [new EsmpRefusal(ReasonCode.LocalRules, "No order of this document is in force.")];
        }

        var refusals = wanted.Where(one => running.Count > 0 && books.SoldUntil(one.Unit.Value, one.Direction, one.Watts, Later(one.Start, now), withoutOffers: false) < one.End)
            .Select(one => new EsmpRefusal(ReasonCode.LocalRules, $"{one.Watts} W are not sold all the time; what was ordered before goes on.", one.Bid)).ToList();
        return refusals.Count > 0 ? refusals : [.. Carry(document, wanted, running, now)];
    }

    private IEnumerable<EsmpRefusal> Carry(ActivationDocument document, List<Wanted> wanted, List<OrderRecord> running, DateTimeOffset now)
    {
        // An order that has begun is replaced by the one in its place, so that the unit goes on from where it is; every other goes first.
        var replaced = running.Where(record => record.Order.Start <= now && wanted.Exists(one => one.Unit == record.Order.Unit && one.Start <= now)).ToHashSet();
        var requests = running.Where(record => !replaced.Contains(record))
            .Select(record => (Request: new OrderRequest(Name(document, record.Order.Id), record.Order.Unit.Value, TsoCommandKind.Revoke, 0, null, null, record.Order.Id, OrderRequest.Esmp), Bid: (string?)null))
            .Concat(wanted.Select(one => (RequestOf(document, one, now), (string?)one.Bid)));
        foreach (var (request, bid) in requests)
        {
            if (orders.Take(request) is { IsTaken: false } answer)
            {
                yield return new EsmpRefusal(ReasonCode.LocalRules, answer.Words!, bid);
            }
        }
    }

    // Bids of the same time add up; the same power goes on as one order.
    private IEnumerable<Wanted> WantedBy(IEnumerable<(ActivationOrder Order, BookedOffer Offer)> activations)
    {
        var resolution = TimeSpan.FromSeconds(books.Profile.Grid.LengthSeconds);
        var periods = from one in activations
                      from period in Enumerable.Range(0, one.Order.Watts.Count)
                      group one by (one.Offer.Offer.Unit, one.Order.Direction, Start: one.Order.Start + period * resolution) into time
                      orderby time.Key.Unit.Value, time.Key.Direction, time.Key.Start
                      select new Wanted(time.Key.Unit, time.Key.Direction, time.Key.Start, time.Key.Start + resolution, time.Sum(one => one.Order.Watts[0]), time.First().Order.BidId);
        Wanted? last = null;
        foreach (var period in periods)
        {
            if (last is { } before && before == period with { Start = before.Start, End = before.End, Bid = before.Bid } && before.End == period.Start)
            {
                last = before with { End = period.End };
                continue;
            }

            if (last is { } whole)
            {
                yield return whole;
            }

            last = period;
        }

        if (last is { } end)
        {
            yield return end;
        }
    }

    private static bool IsSame(OrderRecord record, Wanted wanted, DateTimeOffset now) => record.Order is BalancingOrder order && order.Unit == wanted.Unit && order.Shift == wanted.Shift && record.End == wanted.End
        && Later(order.Start, now) == Later(wanted.Start, now);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private OrderRequest RequestOf(ActivationDocument document, Wanted wanted, DateTimeOffset now)
    {
        // Ordered from a period's start to a period's end: the ramp is part of it.
        var start = wanted.Start > now ? wanted.Start : (DateTimeOffset?)null;
        var hold = wanted.End - (start ?? now + books.Terms.Notice) - books.Ramp;
        var content = string.Create(CultureInfo.InvariantCulture, $"{wanted.Unit}/{wanted.Start:O}/{wanted.End:O}/{wanted.Shift}");
        return new OrderRequest(Name(document, content), wanted.Unit.Value, TsoCommandKind.Regulate, wanted.Shift, start, hold > TimeSpan.Zero ? hold : TimeSpan.Zero, null, OrderRequest.Esmp);
    }

    private static string Name(ActivationDocument document, string content) => Revision(document) + Digest(content)[..12];

    private static string Revision(ActivationDocument document) => string.Create(CultureInfo.InvariantCulture, $"{KeyOf(document)}/{document.Revision}/");

    // Names of the market have blanks and up to 60 characters, ours have neither; what is changed is told apart by its digest.
    private static string KeyOf(ActivationDocument document)
    {
        var plain = new string([.. document.MRid.Take(32).Select(character => character is > ' ' and <= '~' and not '/' ? character : '_')]);
        return plain == document.MRid ? plain : $"{plain}~{Digest(document.MRid)[..12]}";
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
