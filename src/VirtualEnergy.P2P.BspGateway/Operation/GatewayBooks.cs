using System.Collections.Immutable;
using System.Text.Json;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>
/// What was planned, sold, ordered and settled. Everything that comes in is written down first and then takes effect, so after a crash the same
/// entries make the same books; what was refused is refused again.
/// </summary>
/// <remarks>One lock: nothing here waits for a link. Reservations have a log of their own (<see cref="OfferReservations"/>).</remarks>
internal sealed class GatewayBooks : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    private readonly Lock _lock = new();
    private readonly DurableLines _log;
    private readonly BaselineBook _baselines;
    private readonly OfferBook _offers;
    private readonly OrderDesk _orders;
    private readonly UnitSettlement _settlement;
    private readonly List<PeriodSettlement> _settled = [];
    private readonly Dictionary<string, string> _ways = [];
    private Period _advanced;

    /// <exception cref="GatewayStartException">The log cannot be opened, or is not what a gateway wrote.</exception>
    public GatewayBooks(GatewayOptions options)
    {
        Profile = options.Profile;
        Terms = OrderTerms.Of(Profile, TimeSpan.FromSeconds(Profile.RampSeconds / 3));
        Portfolio = new UnitPortfolio(
            options.Units.SelectMany(unit => unit.Customers.SelectMany(customer => customer.Homes).Select(home => PointOf(home, unit, options))),
            options.Units.Select(unit => new VirtualUnit(new UnitId(unit.Id), unit.Class, unit.Zone, [.. unit.Customers.SelectMany(customer => customer.Homes).Select(home => home.Pod)])), options.Parties.Vetoes);
        (_baselines, _offers) = (new BaselineBook(Profile, Keccak256.Hash), new OfferBook(Profile));
        var certified = options.Units.ToDictionary(unit => new UnitId(unit.Id), unit => unit.Customers.SelectMany(customer => customer.Homes).ToImmutableArray());
        _orders = new OrderDesk(Terms, certified.Keys.ToHashSet(), options.OrdersWithoutOffers
            ? (unit, direction, _, _) => certified[unit].Sum(home => direction == RegulationDirection.Up ? home.UpWatts : home.DownWatts)
            : AcceptedOffers.In(_offers, Profile.Grid));
        _settlement = new UnitSettlement(Profile, options.FeePermille);
        _log = DurableLines.Open(options.DataFolder, "books.jsonl");
        Replay();
    }

    public MarketProfile Profile { get; }

    public OrderTerms Terms { get; }

    /// <summary>From an order's start until all of its power is there.</summary>
    public TimeSpan Ramp => TimeSpan.FromSeconds(Profile.RampSeconds);

    public UnitPortfolio Portfolio { get; }

    /// <summary>What a unit owes beside the system operator's orders at an instant, W against its program; set once, before the first cycle.</summary>
    public Func<UnitId, DateTimeOffset, long> Beside { get; set; } = (_, _) => 0;

    /// <summary>Settled periods, oldest first.</summary>
    public ImmutableArray<PeriodSettlement> Settled
    {
        get
        {
            lock (_lock)
            {
                return [.. _settled];
            }
        }
    }

    /// <summary>A point's program of a day comes in.</summary>
    public Objection? Propose(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Enter(
        new ProgramEntry(now, pod.Value, day.Date, [.. energies.Select(energy => energy.WattHours)]), () => Apply(pod, day, energies, now));

    public Objection? Freeze(UnitId unit, MarketDay day, DateTimeOffset now) => Enter(
        new FreezeEntry(now, unit.Value, day.Date), () => _baselines.Freeze(Portfolio.Unit(unit)!, day, now).Refusal);

    public Objection? Offer(OfferId id, UnitOffer offer, DateTimeOffset now) => Enter(
        new OfferEntry(now, id.Value, offer.Unit.Value, offer.Period.Index, offer.Direction, [.. offer.Steps.Select(step => new StepLine(step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Submit(id, offer, now));

    public ResultIntake Take(MarketResult result, DateTimeOffset now) => Enter(
        new ResultEntry(now, result.Id, result.Offer.Value, [.. result.Steps.Select(step => new ResultLine(step.Step, step.Watts, step.Price.MicroEurPerKWh))]),
        () => _offers.Take(result, now));

    /// <param name="way">Over which interface it came, as pages show it.</param>
    public OrderRecord Receive(DispatchOrder order, string way, DateTimeOffset now) => Enter(OrderEntry.Of(order, now, way), () => Apply(order, way, now));

    /// <summary>Settles a period that was ordered and measured; the same again has no effect.</summary>
    public PeriodSettlement? Deliver(UnitPeriod period, DateTimeOffset now) => Enter(DeliveryEntry.Of(period, now), () => Apply(period));

    /// <summary>Orders go on to the stages that are due; what was over two days ago is forgotten, but for what was settled.</summary>
    /// <returns>Whether any has changed.</returns>
    public bool Advance(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (Profile.Grid.At(now) is var period && period != _advanced)
            {
                _advanced = period;
                _orders.Forget(now - Kept);
                _offers.Forget(Profile.Grid.At(now - Kept));
            }

            return !_orders.Advance(now).IsEmpty;
        }
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
            return _orders.Records.Where(record => record is { Refusal: null, Order: BalancingOrder } && record.Order.Unit == unit)
                .Select(record => (Order: (BalancingOrder)record.Order, record.End)).Where(order => order.Order.Direction == direction)
                .Aggregate(Energy.Zero, (sum, order) => sum + RampEnergy.Of(order.Order.Watts, order.Order.Start, order.End, period, Profile));
        }
    }

    public FrozenBaseline? Baseline(UnitId unit, MarketDay day)
    {
        lock (_lock)
        {
            return _baselines.Find(unit, day);
        }
    }

    public BookedOffer? Offer(UnitId unit, Period period, RegulationDirection direction)
    {
        lock (_lock)
        {
            return _offers.Current(unit, period, direction);
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
            while (Profile.Grid.StartOf(period) < most && (_offers.Current(new UnitId(unit), period, direction)?.AcceptedWatts ?? 0) >= watts)
            {
                period = period.Next;
            }

            var until = Profile.Grid.StartOf(period);
            return until < from ? from : until < most ? until : most;
        }
    }

    public void Dispose() => _log.Dispose();

    private static DeliveryPoint PointOf(HomeOptions home, UnitOptions unit, GatewayOptions options) => new(
        home.Pod, home.Member, home.Kind, unit.Zone, "", home.UpWatts, home.DownWatts, home.RampWattsPerMinute, home.HoldingSeconds, (int)options.Cycle.TotalSeconds);

    private T Enter<T>(GatewayEntry entry, Func<T> apply)
    {
        var line = entry.Write();
        lock (_lock)
        {
            _log.Append((byte[])[.. line, (byte)'\n']);
            return apply();
        }
    }

    private Objection? Apply(PodCode pod, MarketDay day, ImmutableArray<Energy> energies, DateTimeOffset now) => Portfolio.Point(pod) is null
        ? new("unknown-point", $"{pod} is not in the portfolio.") : _baselines.Propose(new PointBaseline(pod, day, energies), now);

    private OrderRecord Apply(DispatchOrder order, string way, DateTimeOffset now)
    {
        _ways.TryAdd(order.Id, way);
        return _orders.Receive(order, now);
    }

    private PeriodSettlement? Apply(UnitPeriod period)
    {
        if (_settled.Any(known => known.Unit == period.Unit && known.Period == period.Period && known.Direction == period.Direction)
            || _settlement.Settle(period).Settlement is not { } settlement)
        {
            return null;
        }

        _settled.Add(settlement);
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
            case OfferEntry offer:
                _offers.Submit(new OfferId(offer.Id), offer.Offer, offer.At);
                break;
            case ResultEntry result:
                _offers.Take(result.Result, result.At);
                break;
            case OrderEntry order:
                Apply(order.Order, order.Way, order.At);
                break;
            case DeliveryEntry delivery:
                Apply(delivery.Delivered);
                break;
        }
    }
}
