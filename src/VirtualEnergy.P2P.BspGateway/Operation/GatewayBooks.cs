using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using MarketDay = VirtualEnergy.P2P.Bsp.Profiles.MarketDay;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// What was planned, sold, ordered and settled. Everything that comes in is written down first and then takes effect, so after a crash the same
/// entries make the same books; what was refused is refused again.
/// </summary>
/// <remarks>
/// One lock: nothing here waits for a link. Reservations have a log of their own (<see cref="OfferReservations"/>), and so has what is measured of a running period
/// (<see cref="Meter"/>). <see cref="Compact"/> keeps the log short.
/// </remarks>
internal sealed partial class GatewayBooks : IDisposable
{
    // Nothing is paid for what is delivered after an order's end; homes go one after another within it.
    private static readonly TimeSpan Release = TimeSpan.FromMinutes(1);

    // Cycles do not begin with periods: less than a minute is no gap.
    private static readonly TimeSpan MeasuredWhole = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly DurableLines _log;
    private readonly BaselineBook _baselines;
    private readonly RosterBook _rosters;
    private readonly OfferBook _offers;
    private readonly OrderDesk _orders;
    private readonly UnitSettlement _settlement;
    private readonly UnitMeasurement _measurement;
    private readonly Dictionary<(PodCode Point, Period Period), MeterReading> _readings = [];
    private readonly OrderedDictionary<(UnitId Unit, Period Period, RegulationDirection Direction), (PeriodSettlement Settlement, TimeSpan Unmeasured, DateTimeOffset At)> _settled = [];
    private readonly Dictionary<(UnitId Unit, Period Period, RegulationDirection Direction), (ImmutableArray<PointDelivery> Points, DateTimeOffset At)> _forGrid = [];
    private readonly Dictionary<(CodedId Sender, string Id), AcceptedDocument> _documents = [];
    private readonly Dictionary<string, DurableLines> _meters;
    private readonly string? _folder;
    private readonly Dictionary<string, string> _ways = [];
    private Period _advanced;

    /// <exception cref="GatewayStartException">The log cannot be opened, or is not what a gateway wrote.</exception>
    public GatewayBooks(GatewayOptions options)
    {
        Profile = options.Profile;
        Terms = OrderTerms.Of(Profile, Profile.RampSeconds < Release.TotalSeconds ? TimeSpan.FromSeconds(Profile.RampSeconds) : Release);
        _folder = options.DataFolder;
        Portfolio = new UnitPortfolio(
            options.Units.SelectMany(unit => unit.Customers.SelectMany(customer => customer.Homes).Select(home => PointOf(home, unit, options))),
            options.Units.Select(unit => new VirtualUnit(new UnitId(unit.Id), unit.Class, unit.Zone, [.. unit.Customers.SelectMany(customer => customer.Homes).Select(home => home.Pod)])), options.Parties.Vetoes);
        (_baselines, _offers) = (new BaselineBook(Profile, Keccak256.Hash), new OfferBook(Profile));
        _rosters = new RosterBook(_baselines, Profile.Grid, Keccak256.Hash);
        var certified = options.Units.ToDictionary(unit => new UnitId(unit.Id), unit => unit.Customers.SelectMany(customer => customer.Homes).ToImmutableArray());
        _orders = new OrderDesk(Terms, certified.Keys.ToHashSet(), options.OrdersWithoutOffers
            ? (unit, direction, _, _) => certified[unit].Sum(home => direction == RegulationDirection.Up ? home.UpWatts : home.DownWatts)
            : AcceptedOffers.In(_offers, Profile.Grid));
        _settlement = new UnitSettlement(Profile, options.FeePermille);
        _measurement = new UnitMeasurement(Profile, Portfolio, _baselines, _rosters, (point, period) => _readings.TryGetValue((point, period), out var reading) ? reading : null);
        _log = DurableLines.Open(_folder, "books.jsonl");
        Replay();
        _meters = options.Units.ToDictionary(unit => unit.Id, unit => DurableLines.Open(_folder, $"metering-{Uri.EscapeDataString(unit.Id)}.jsonl"));
    }

    public MarketProfile Profile { get; }

    public OrderTerms Terms { get; }

    /// <summary>From an order's start until all of its power is there.</summary>
    public TimeSpan Ramp => TimeSpan.FromSeconds(Profile.RampSeconds);

    public UnitPortfolio Portfolio { get; }

    /// <summary>What a unit owes beside the system operator's orders at an instant, W against its program; set once, before the first cycle.</summary>
    public Func<UnitId, DateTimeOffset, long> Beside { get; set; } = (_, _) => 0;

    /// <summary>ESMP documents that were accepted and are still known.</summary>
    public ImmutableArray<AcceptedDocument> Documents
    {
        get
        {
            lock (_lock)
            {
                return [.. _documents.Values];
            }
        }
    }

    /// <summary>A document was accepted: known from now on, beyond a stop.</summary>
    public void Keep(AcceptedDocument document, DateTimeOffset now) => Enter(DocumentEntry.Of(document, now), () => _documents[(document.Sender, document.MRid)] = document);

    /// <summary>What is measured of a unit's running period, kept beyond a stop.</summary>
    public DurableLines Meter(string unit) => _meters[unit];

    /// <summary>
    /// Puts a shorter log in the place of the one that has grown: what still matters, without what is over. Settled periods of more than two months ago go to <c>settled.jsonl</c>, which is
    /// only written.
    /// </summary>
    /// <exception cref="IOException">The old log stays.</exception>
    public void Compact(DateTimeOffset now)
    {
        BooksHorizon horizon;
        lock (_lock)
        {
            Forget(now);
            horizon = Horizon(now);
        }

        _log.Replace(log =>
        {
            var (kept, settled) = horizon.Split(log);
            if (settled.Count > 0)
            {
                // Before the log is short: a line may stand there twice, but none is lost.
                using var archive = DurableLines.Open(_folder, "settled.jsonl");
                archive.Keep(archive.Written.Span.LastIndexOf((byte)'\n') + 1);
                archive.Append((byte[])[.. settled.SelectMany(line => line.ToArray())]);
            }

            return kept;
        });
    }

    /// <summary>All orders that are kept with the interface that they came by, newest first.</summary>
    public ImmutableArray<(OrderRecord Record, string Way)> Orders()
    {
        lock (_lock)
        {
            return [.. _orders.Records.OrderByDescending(record => record.ReceivedAt).Select(record => (record, _ways.GetValueOrDefault(record.Order.Id, "HTTP")))];
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        foreach (var meter in _meters.Values)
        {
            meter.Dispose();
        }
    }

    private static DeliveryPoint PointOf(HomeOptions home, UnitOptions unit, GatewayOptions options) => new(
        home.Pod, home.Member, home.Kind, unit.Zone, "", home.UpWatts, home.DownWatts, home.RampWattsPerMinute, home.HoldingSeconds, (int)options.Cycle.TotalSeconds);

    private T Enter<T>(GatewayEntry entry, Func<T> apply)
    {
        var line = Line(entry);
        lock (_lock)
        {
            _log.Append(line);
            return apply();
        }
    }

    private static byte[] Line(GatewayEntry entry) => [.. entry.Write(), (byte)'\n'];

    private BooksHorizon Horizon(DateTimeOffset now) => new(now, Profile, Terms, _orders.Records.Select(record => record.Order.Id).ToHashSet());

    private void Forget(DateTimeOffset now)
    {
        _orders.Forget(now - BooksHorizon.Kept);
        var horizon = Horizon(now);
        _offers.Forget(horizon.FirstPeriod);
        _baselines.Forget(horizon.FirstDay);
        _rosters.Forget(horizon.FirstPeriod);
        foreach (var gone in _ways.Keys.Where(id => !horizon.Orders.Contains(id)).ToList())
        {
            _ways.Remove(gone);
        }

        foreach (var old in _readings.Keys.Where(key => key.Period < horizon.FirstPeriod).ToList())
        {
            _readings.Remove(old);
        }

        foreach (var old in _settled.Where(settled => settled.Value.At < horizon.FirstSettled).Select(settled => settled.Key).ToList())
        {
            _settled.Remove(old);
        }

        foreach (var old in _forGrid.Where(kept => kept.Value.At < horizon.FirstSettled).Select(kept => kept.Key).ToList())
        {
            _forGrid.Remove(old);
        }

        foreach (var old in _documents.Where(known => known.Value.KeepUntil < now).Select(known => known.Key).ToList())
        {
            _documents.Remove(old);
        }
    }

    private void Replay()
    {
        var log = _log.Written.Span;
        var whole = 0;
        for (var line = 1; log[whole..].IndexOf((byte)'\n') is var length and >= 0; line++)
        {
            try
            {
                Replay(GatewayEntry.Read(log.Slice(whole, length)));
            }
            catch (Exception wrong) when (wrong is JsonException or FormatException or NotSupportedException)
            {
                throw new GatewayStartException($"Bsp:DataFolder: line {line} of books.jsonl cannot be read: {wrong.Message} Restore the file; nothing was changed.", wrong);
            }

            whole += length + 1;
        }

        _log.Keep(whole);
    }

    private void Replay(GatewayEntry entry)
    {
        switch (entry)
        {
            case ProgramEntry program:
                Apply(PodCode.Parse(program.Pod), new MarketDay(program.Day), [.. program.WattHours.Select(wattHours => new Energy(wattHours))], program.At);
                break;
            case FreezeEntry freeze when Portfolio.Unit(new UnitId(freeze.Unit)) is { } unit:
                _baselines.Freeze(unit, new MarketDay(freeze.Day), freeze.At);
                break;
            case RosterEntry roster:
                _rosters.Name(new UnitId(roster.Unit), new Period(roster.Period), roster.Pods.Select(PodCode.Parse), roster.At);
                break;
            case OfferEntry offer:
                _offers.Submit(new OfferId(offer.Id), offer.Offer, offer.At);
                break;
            case ResultEntry result:
                _offers.Take(result.Result, result.At);
                break;
            case OrderEntry order:
                Apply(order.Order, order.Way, order.At);
                break;
            case WithdrawalEntry withdrawal:
                _offers.Withdraw(new OfferId(withdrawal.Offer), withdrawal.At);
                break;
            case StagesEntry:
                _orders.Advance(entry.At);
                break;
            case DocumentEntry document:
                _documents[(document.Document.Sender, document.Id)] = document.Document;
                break;
            case ReadingEntry reading:
                Apply(reading);
                break;
            case GridDeliveryEntry delivery:
                Apply(delivery);
                break;
            case DeliveryEntry delivery:
                Apply(delivery.Delivered, TimeSpan.FromMilliseconds(delivery.UnmeasuredMilliseconds), delivery.At);
                break;
        }
    }
}
