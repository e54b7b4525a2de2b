using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What ESMP documents mean here: a bid is a step of an offer, named after both; results and orders speak of bids.</summary>
/// <remarks>An order is made of all the bids that it activates for the same time of a unit; the books know it again by its document, so a repetition has no effect.</remarks>
internal sealed class EsmpDesk
{
    private readonly EsmpOptions _options;
    private readonly GatewayBooks _books;
    private readonly OrderIntake _orders;
    private readonly PlanningDesk _planning;
    private readonly TimeProvider _time;
    private readonly EsmpProfile _profile;
    private long _ids;

    public EsmpDesk(EsmpOptions options, GatewayBooks books, OrderIntake orders, PlanningDesk planning, TimeProvider time)
    {
        (_options, _books, _orders, _planning, _time) = (options, books, orders, planning, time);
        _profile = new EsmpProfile
        {
            Self = options.Self, SelfRole = "A46", Partners = ValueList.From([new EsmpPartner(options.Operator, "A49")]), Domains = ValueList.From([options.Domain]),
            Resolution = TimeSpan.FromSeconds(books.Profile.Grid.LengthSeconds), PriceFloor = books.Profile.PriceFloor.MicroEurPerKWh, PriceCap = books.Profile.PriceCap.MicroEurPerKWh,
        };
        Intake = new EsmpIntake(_profile, time, NewId, Apply);
    }

    /// <summary>Where documents come in.</summary>
    public EsmpIntake Intake { get; }

    /// <summary>The bid document of a unit's offers of a day; null where nothing is offered.</summary>
    public ReserveBidDocument? Bids(string unit, MarketDay day)
    {
        var grid = _books.Profile.Grid;
        var offers = OfferDocuments.Bids(
            from period in day.Periods(grid)
            from direction in (RegulationDirection[])[RegulationDirection.Up, RegulationDirection.Down]
            let offer = _books.Offer(new UnitId(unit), period, direction)
            where offer is { Status: not OfferStatus.Replaced }
            select offer!, _ => null, grid).ToList();
        return offers.Count == 0 ? null : ReserveOffers.ToDocument(
            offers, $"{unit}-{day}", 1, new EsmpInterval(grid.StartOf(day.First(grid)), grid.StartOf(day.Before(-1).First(grid))),
            new BidFrame(new EsmpPartner(_options.Operator, "A49"), _options.Domain, _options.Domain, _options.Process), _profile, _time.GetUtcNow());
    }

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"ack-{_time.GetUtcNow():yyyyMMddTHHmmssfff}-{Interlocked.Increment(ref _ids)}");

    private List<EsmpRefusal> Apply(IEsmpDocument document) => document switch
    {
        ActivationDocument activation => Order(activation),
        AllocationResultDocument result => Take(result),
        AcknowledgementDocument => [],
        _ => [new EsmpRefusal(ReasonCode.Unprocessable, "Of these documents the gateway takes activations and allocation results.")],
    };

    private (BookedOffer Offer, int Step)? Find(string bid) =>
        bid.LastIndexOf('/') is var slash and > 0 && int.TryParse(bid.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
        && _books.Offer(new OfferId(bid[..slash])) is { } offer && step < offer.Offer.Steps.Length ? (offer, step) : null;

    private List<EsmpRefusal> Take(AllocationResultDocument document)
    {
        var results = OfferDocuments.Results(document).ToList();
        var unknown = MarketResults.Of(document).Where(reserve => Find(reserve.BidId) is not { } bid || !results.Exists(result => result.Offer == bid.Offer.Id))
            .Select(reserve => new EsmpRefusal(ReasonCode.LocalRules, $"{reserve.BidId} is no bid here, is not of one period, or has no price of its energy.", reserve.BidId)).ToList();
        return unknown.Count > 0 ? unknown :
        [
            .. from result in results
               let intake = _planning.Take(result)
               where intake.Refusal is not null
               select new EsmpRefusal(ReasonCode.LocalRules, intake.Refusal!.Value.Words),
        ];
    }

    private List<EsmpRefusal> Order(ActivationDocument document)
    {
        var orders = ActivationOrders.Of(document).Select(order => (Order: order, Bid: Find(order.BidId))).ToList();
        var unknown = orders.Where(one => one.Bid is null || one.Bid.Value.Offer.Offer.Direction != one.Order.Direction || one.Order.Watts.Distinct().Count() != 1)
            .Select(one => new EsmpRefusal(ReasonCode.LocalRules, $"{one.Order.BidId} is no bid here, goes the other way, or is not held at one power.", one.Order.BidId)).ToList();
        if (unknown.Count > 0)
        {
            return unknown;
        }

        var refusals = new List<EsmpRefusal>();
        foreach (var one in orders.GroupBy(order => (order.Bid!.Value.Offer.Offer.Unit, order.Order.Start, order.Order.Direction, order.Order.IsCancelled)).Select((group, index) => (group, index)))
        {
            var answer = _orders.Take(RequestOf(document, one.group.Key, one.group.Sum(order => order.Order.Watts[0]), one.group.First().Order.Watts.Count, one.index));
            if (!answer.IsTaken)
            {
                refusals.Add(new EsmpRefusal(ReasonCode.LocalRules, answer.Words!, one.group.First().Order.BidId));
            }
        }

        return refusals;
    }

    private OrderRequest RequestOf(ActivationDocument document, (UnitId Unit, DateTimeOffset Start, RegulationDirection Direction, bool IsCancelled) key, long watts, int periods, int index)
    {
        var now = _time.GetUtcNow();
        var id = Short(string.Create(CultureInfo.InvariantCulture, $"{document.MRid}/{document.Revision}/{index}"));
        if (key.IsCancelled)
        {
            return new OrderRequest(id, key.Unit.Value, TsoCommandKind.Revoke, 0, null, null, null, OrderRequest.Esmp);
        }

        // Ordered from a period's start to a period's end: the ramp is part of it.
        var start = key.Start > now ? key.Start : (DateTimeOffset?)null;
        var hold = key.Start + periods * _profile.Resolution - (start ?? now) - _books.Ramp;
        return new OrderRequest(
            id, key.Unit.Value, TsoCommandKind.Regulate, key.Direction == RegulationDirection.Up ? -watts : watts, start,
            hold > TimeSpan.Zero ? hold : TimeSpan.Zero, null, OrderRequest.Esmp);
    }

    // Names of the market have blanks and up to 60 characters, ours have neither.
    private static string Short(string name) => new([.. name.Take(60).Select(character => character is > ' ' and <= '~' ? character : '_')]);
}
