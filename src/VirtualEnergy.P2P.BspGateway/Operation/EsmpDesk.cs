using System.Globalization;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>What ESMP documents mean here: a bid is a step of an offer, named after both; results and orders speak of bids.</summary>
internal sealed class EsmpDesk
{
    private const int MostRevisions = 999;

    private readonly EsmpOptions _options;
    private readonly GatewayBooks _books;
    private readonly EsmpOrders _activations;
    private readonly PlanningDesk _planning;
    private readonly TimeProvider _time;
    private readonly EsmpProfile _profile;
    private long _ids;

    public EsmpDesk(EsmpOptions options, GatewayBooks books, OrderIntake orders, PlanningDesk planning, TimeProvider time)
    {
        (_options, _books, _activations, _planning, _time) = (options, books, new EsmpOrders(books, orders, time), planning, time);
        _profile = new EsmpProfile
        {
            Self = options.Self, SelfRole = "A46", Partners = ValueList.From([new EsmpPartner(options.Operator, "A49")]), Domains = ValueList.From([options.Domain]),
            Resolution = TimeSpan.FromSeconds(books.Profile.Grid.LengthSeconds), PriceFloor = books.Profile.PriceFloor.MicroEurPerKWh, PriceCap = books.Profile.PriceCap.MicroEurPerKWh,
        };
        Intake = new EsmpIntake(_profile, time, NewId, Apply, books.Documents, document => books.Keep(document, time.GetUtcNow()));
    }

    /// <summary>Where documents come in.</summary>
    public EsmpIntake Intake { get; }

    /// <summary>The bid document of a unit's offers of a day; null where nothing is offered.</summary>
    public ReserveBidDocument? Bids(string unit, MarketDay day)
    {
        var grid = _books.Profile.Grid;
        var made = day.Periods(grid).SelectMany(period => _books.Made(new UnitId(unit), period, RegulationDirection.Up).Concat(_books.Made(new UnitId(unit), period, RegulationDirection.Down))).ToList();
        var offers = OfferDocuments.Bids(made.Where(offer => offer.Status is not (OfferStatus.Replaced or OfferStatus.Withdrawn)), _ => null, grid).ToList();
        // Whenever offers were made or taken back the document says something new.
        var revision = made.Select(offer => offer.SubmittedAt).Distinct().Count() + made.Count(offer => offer.Status == OfferStatus.Withdrawn);
        return offers.Count == 0 ? null : ReserveOffers.ToDocument(
            offers, $"{unit}-{day}", Math.Min(revision, MostRevisions), new EsmpInterval(grid.StartOf(day.First(grid)), grid.StartOf(day.Before(-1).First(grid))),
            new BidFrame(new EsmpPartner(_options.Operator, "A49"), _options.Domain, _options.Domain, _options.Process), _profile, _time.GetUtcNow());
    }

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"ack-{_time.GetUtcNow():yyyyMMddTHHmmssfff}-{Interlocked.Increment(ref _ids)}");

    private List<EsmpRefusal> Apply(IEsmpDocument document) => document switch
    {
        ActivationDocument activation => _activations.Take(activation, bid => Find(bid)?.Offer),
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
}
