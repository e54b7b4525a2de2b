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
internal sealed class GatewayBooks : IDisposable
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

    /// <summary>Settled periods of the last two months, as they were settled; older ones are in <c>settled.jsonl</c>.</summary>
    public ImmutableArray<PeriodSettlement> Settled
    {
        get
        {
            lock (_lock)
            {
                return [.. _settled.Values.Select(settled => settled.Settlement)];
            }
        }
    }

    /// <summary>For how much of a settled period nothing was measured.</summary>
    public TimeSpan Unmeasured(PeriodSettlement settled)
    {
        lock (_lock)
        {
            return _settled.TryGetValue((settled.Unit, settled.Period, settled.Direction), out var known) ? known.Unmeasured : TimeSpan.Zero;
        }
    }

    /// <summary>Of each point what it delivered of its orders, ‰, oldest first; periods in which something was not measured say nothing of homes.</summary>
    public IReadOnlyDictionary<PodCode, IReadOnlyList<int>> History()
    {
        lock (_lock)
        {
            return DeliveryHistory.Of(_settled.Values.Where(settled => settled.Unmeasured < MeasuredWhole).Select(settled => settled.Settlement));
        }
    }

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

    /// <summary>All offers that are kept.</summary>
    public ImmutableArray<BookedOffer> Offers
    {
        get
        {
            lock (_lock)
            {
                return [.. _offers.All];
            }
        }
    }

    /// <summary>A point's program of a day comes in.</summary>
    public Objection? Propose(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Enter(
        new ProgramEntry(now, pod.Value, day.Date, [.. energies.Select(energy => energy.WattHours)]), () => Apply(pod, day, energies, now));

    public Objection? Freeze(UnitId unit, MarketDay day, DateTimeOffset now) => Enter(
        new FreezeEntry(now, unit.Value, day.Date), () => _baselines.Freeze(Portfolio.Unit(unit)!, day, now).Refusal);

    /// <summary>Names who counts in a period, until it begins; the same again is not written down.</summary>
    public Objection? Name(UnitId unit, Period period, ImmutableArray<PodCode> points, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_rosters.Find(unit, period) is { } known && known.Points.ToHashSet().SetEquals(points))
            {
                return null;
            }
        }

        return Enter(new RosterEntry(now, unit.Value, period.Index, [.. points.Select(point => point.Value)]), () => _rosters.Name(unit, period, points, now));
    }

    public Objection? Offer(OfferId id, UnitOffer offer, DateTimeOffset now) => Enter(
        new OfferEntry(now, id.Value, offer.Unit.Value, offer.Period.Index, offer.Direction, [.. offer.Steps.Select(step => new StepLine(step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Submit(id, offer, now));

    /// <summary>Takes an offer back that has no result.</summary>
    public Objection? Withdraw(OfferId id, DateTimeOffset now) => Enter(new WithdrawalEntry(now, id.Value), () => _offers.Withdraw(id, now));

    public ResultIntake Take(MarketResult result, DateTimeOffset now) => Enter(
        new ResultEntry(now, result.Id, result.Offer.Value, [.. result.Steps.Select(step => new ResultLine(step.Step, step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Take(result, now));

    /// <param name="way">Over which interface it came, as pages show it.</param>
    public OrderRecord Receive(DispatchOrder order, string way, DateTimeOffset now) => Enter(OrderEntry.Of(order, now, way), () => Apply(order, way, now));

    /// <summary>A document was accepted: known from now on, beyond a stop.</summary>
    public void Keep(AcceptedDocument document, DateTimeOffset now) => Enter(DocumentEntry.Of(document, now), () => _documents[(document.Sender, document.MRid)] = document);

    /// <summary>What the points of a unit read in a period; kept beyond a stop where the market's baseline is moved by it.</summary>
    public void Measure(Period period, IEnumerable<(PodCode Point, MeterReading Reading)> readings, DateTimeOffset now)
    {
        var entry = new ReadingEntry(now, period.Index, [.. readings.Select(one => new ReadingLine(one.Point.Value, one.Reading.Energy.WattHours, one.Reading.Milliseconds))]);
        if (Profile.Baseline.AdjustFromSeconds > 0)
        {
            Enter(entry, () => Apply(entry));
            return;
        }

        lock (_lock)
        {
            Apply(entry);
        }
    }

    /// <summary>What each point of a unit did in a period that was ordered: its baseline, moved by the hours before the order where the market's rule says so, beside what was read.</summary>
    /// <param name="told">What it was told to deliver, and what it asks for a kWh of that.</param>
    public ImmutableArray<PointDelivery> Deliveries(UnitId unit, Period period, RegulationDirection direction, Func<PodCode, (Energy Energy, Price Ask)> told)
    {
        lock (_lock)
        {
            return _measurement.Of(Portfolio.Unit(unit)!, period, Profile.Grid.At(OrderChain.Start(Carried(unit, direction), period, Profile.Grid)), told);
        }
    }

    /// <summary>What each point of a unit did in a period that a grid operator had ordered; written down until the operator settles it.</summary>
    /// <param name="told">As for <see cref="Deliveries"/>.</param>
    public void KeepForGrid(UnitId unit, Period period, RegulationDirection direction, Func<PodCode, (Energy Energy, Price Ask)> told, DateTimeOffset now)
    {
        ImmutableArray<PointDelivery> points;
        lock (_lock)
        {
            points = _forGrid.ContainsKey((unit, period, direction)) ? [] : _measurement.Of(Portfolio.Unit(unit)!, period, period, told);
        }

        if (!points.IsEmpty)
        {
            var entry = new GridDeliveryEntry(now, unit.Value, period.Index, direction, DeliveryLine.Of(points));
            Enter(entry, () => Apply(entry));
        }
    }

    /// <summary>What was written down of such a period; empty where nothing was.</summary>
    public ImmutableArray<PointDelivery> ForGrid(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _forGrid.TryGetValue((unit, period, direction), out var kept) ? kept.Points : [];
        }
    }

    /// <summary>Settles a period that was ordered and measured; the same again has no effect.</summary>
    /// <param name="unmeasured">For so much of it nothing was measured.</param>
    public PeriodSettlement? Deliver(UnitPeriod period, DateTimeOffset now, TimeSpan unmeasured = default) => Enter(DeliveryEntry.Of(period, unmeasured, now), () => Apply(period, unmeasured, now));

    /// <summary>Orders go on to the stages that are due; what was over two days ago is forgotten, but for what was settled.</summary>
    /// <returns>Whether any has changed.</returns>
    public bool Advance(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (Profile.Grid.At(now) is var period && period != _advanced)
            {
                _advanced = period;
                Forget(now);
            }

            if (_orders.Advance(now).IsEmpty)
            {
                return false;
            }

            _log.Append(Line(new StagesEntry(now)));
            return true;
        }
    }

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

    /// <summary>What a unit owes at an instant.</summary>
    /// <param name="baseline">W that it would exchange then.</param>
    public UnitTarget TargetAt(string unit, DateTimeOffset now, long baseline)
    {
        var beside = Beside(new UnitId(unit), now);
        lock (_lock)
        {
            var target = _orders.TargetAt(new UnitId(unit), now, baseline + beside);
            return new UnitTarget(target.Shift + beside, target.IsReleasing && beside == 0);
        }
    }

    /// <summary>All orders that are kept with the interface that they came by, newest first.</summary>
    public ImmutableArray<(OrderRecord Record, string Way)> Orders()
    {
        lock (_lock)
        {
            return [.. _orders.Records.OrderByDescending(record => record.ReceivedAt).Select(record => (record, _ways.GetValueOrDefault(record.Order.Id, "HTTP")))];
        }
    }

    /// <summary>Orders of a unit that are not over at an instant.</summary>
    public ImmutableArray<OrderRecord> Running(string unit, DateTimeOffset now)
    {
        lock (_lock)
        {
            return [.. _orders.Records.Where(record => record.Order.Unit.Value == unit && !record.IsOver && record.End > now && record.Order is not RevocationOrder)];
        }
    }

    /// <summary>What was ordered of a unit in a period, one way, by the market's reckoning of ramps.</summary>
    public Energy Ordered(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return RampEnergy.Of(Carried(unit, direction), period, Profile);
        }
    }

    /// <summary>Periods before one in which a unit was ordered and which are not settled, one way.</summary>
    public ImmutableArray<Period> Unsettled(UnitId unit, RegulationDirection direction, Period before)
    {
        lock (_lock)
        {
            var orders = Carried(unit, direction).Where(order => order.End > order.Start).ToList();
            return
            [
                .. orders.SelectMany(order => PeriodRange(Profile.Grid.At(order.Start), Profile.Grid.At(order.End.AddTicks(-1)), before)).Distinct().Order()
                    .Where(period => !_settled.ContainsKey((unit, period, direction)) && RampEnergy.Of(orders, period, Profile) > Energy.Zero),
            ];
        }
    }

    public FrozenBaseline? Baseline(UnitId unit, MarketDay day)
    {
        lock (_lock)
        {
            return _baselines.Find(unit, day);
        }
    }

    /// <summary>Who counts in the periods of a day for which it was named, rising.</summary>
    public ImmutableArray<UnitRoster> Rosters(UnitId unit, MarketDay day)
    {
        lock (_lock)
        {
            return _rosters.Of(unit, day);
        }
    }

    public BookedOffer? Offer(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _offers.Current(unit, period, direction);
        }
    }

    /// <summary>All offers for a unit, period and direction, in the order in which they were made.</summary>
    public ImmutableArray<BookedOffer> Made(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return [.. _offers.Made(unit, period, direction)];
        }
    }

    /// <summary>The steps that the operator took, best for it first.</summary>
    public ImmutableArray<AcceptedStep> Accepted(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _offers.Accepted(unit, period, direction);
        }
    }

    public BookedOffer? Offer(OfferId id)
    {
        lock (_lock)
        {
            return _offers.Find(id);
        }
    }

    /// <summary>Until when a power is sold without a gap from an instant on, at the longest that an order may last; the instant itself where it is not sold.</summary>
    public DateTimeOffset SoldUntil(string unit, RegulationDirection direction, long watts, DateTimeOffset from, bool withoutOffers)
    {
        var most = from + Ramp + Terms.MaximumHold;
        if (withoutOffers)
        {
            return most;
        }

        lock (_lock)
        {
            var period = Profile.Grid.At(from);
            while (Profile.Grid.StartOf(period) < most && _offers.AcceptedWatts(new UnitId(unit), period, direction) >= watts)
            {
                period = period.Next;
            }

            var until = Profile.Grid.StartOf(period);
            return until < from ? from : until < most ? until : most;
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

    private static IEnumerable<Period> PeriodRange(Period first, Period last, Period before)
    {
        for (var period = first; period <= last && period < before; period = period.Next)
        {
            yield return period;
        }
    }

    // The balancing orders that were taken, one way.
    private IEnumerable<OrderedPower> Carried(UnitId unit, RegulationDirection direction) => _orders.Records
        .Where(record => record is { Refusal: null, Order: BalancingOrder order } && order.Unit == unit && order.Direction == direction)
        .Select(record => new OrderedPower(((BalancingOrder)record.Order).Watts, record.Order.Start, record.End));

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

    private bool Apply(ReadingEntry entry)
    {
        foreach (var point in entry.Points)
        {
            _readings[(PodCode.Parse(point.Pod), new Period(entry.Period))] = new MeterReading(new Energy(point.WattHours), point.Milliseconds);
        }

        return true;
    }

    private bool Apply(GridDeliveryEntry entry)
    {
        _forGrid[(new UnitId(entry.Unit), new Period(entry.Period), entry.Direction)] = ([.. entry.Points.Select(point => point.Delivered)], entry.At);
        return true;
    }

    private Objection? Apply(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Portfolio.Point(pod) is null
        ? new("unknown-point", $"{pod} is not in the portfolio.") : _baselines.Propose(new PointBaseline(pod, day, energies), now);

    private OrderRecord Apply(DispatchOrder order, string way, DateTimeOffset now)
    {
        _ways.TryAdd(order.Id, way);
        return _orders.Receive(order, now);
    }

    private PeriodSettlement? Apply(UnitPeriod period, TimeSpan unmeasured, DateTimeOffset now)
    {
        var key = (period.Unit, period.Period, period.Direction);
        if (_settled.ContainsKey(key) || _settlement.Settle(period).Settlement is not { } settlement)
        {
            return null;
        }

        _settled.Add(key, (settlement, unmeasured, now));
        return settlement;
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
