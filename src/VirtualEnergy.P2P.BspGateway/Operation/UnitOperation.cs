using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Bsp.Orders;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>How the first set-points of an order went out: to how many homes, and how long until the last had answered.</summary>
public readonly record struct SetPointWave(int Homes, double? Milliseconds);

/// <summary>
/// One unit at work: every cycle its homes' measurements come in, what it owes is divided over the homes, and their set-points go out; what was
/// owed and what was measured is added up for settlement.
/// </summary>
internal sealed class UnitOperation
{
    private readonly GatewayOptions _options;
    private readonly UnitOptions _unit;
    private readonly GatewayBooks _books;
    private readonly HomeBoard _board;
    private readonly int _first;
    private readonly int _count;
    private readonly ImmutableArray<IHomeLink> _links;
    private readonly TimeProvider _time;
    private readonly DeliveryAccount _account;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SetPointWave> _waves = [];
    private readonly long[] _asked;
    private readonly UnitControl _control;
    private readonly Dictionary<MemberId, int> _places;

    /// <summary>What the control was last told of each home: program, up and down, and what it wants for them.</summary>
    private readonly (long Baseline, long Up, long Down, Price UpAsk, Price DownAsk)?[] _told;
    private (string Order, long Since, int Homes)? _wave;
    private UnitNow _now;
    private DateTimeOffset? _cycled;
    private long _missing;
    private long _withdrawn;
    private long _injected;

    /// <param name="first">Where the unit's homes begin on the board; they stand there one after another, in the order of the links.</param>
    /// <param name="time">The machine's clock: how long links took.</param>
    public UnitOperation(GatewayOptions options, UnitOptions unit, GatewayBooks books, HomeBoard board, int first, int count, ImmutableArray<IHomeLink> links, TimeProvider time)
    {
        (_options, _unit, _books, _board, _first, _count, _links, _time) = (options, unit, books, board, first, count, links, time);
        (_asked, _now) = (new long[count], UnitNow.Of(unit, default, count, 0, 0));
        _told = new (long, long, long, Price, Price)?[count];
        _places = Enumerable.Range(0, count).ToDictionary(home => board.Homes[first + home].Home.Member);
        _control = new UnitControl(new ControlSettings
        {
            SilentAfterSeconds = (int)options.Stale.TotalSeconds,
            ReservePermille = options.ReservePermille,
        });
        _account = new DeliveryAccount(unit, board.Homes.Slice(first, count), books);
        foreach (var link in links)
        {
            link.Emptied = OnEmptied;
        }
    }

    public string Id => _unit.Id;

    /// <summary>The unit as the last cycle left it.</summary>
    public UnitNow Now => Volatile.Read(ref _now);

    public UnitCurve Curve { get; } = new();

    /// <summary>What homes are asked for now, those that are asked for nothing left out. Homes by their place on the board, W against their programs.</summary>
    public ImmutableArray<(int Home, long Watts)> Asked()
    {
        lock (_lock)
        {
            return [.. Enumerable.Range(0, _count).Where(home => _asked[home] != 0).Select(home => (_first + home, _asked[home]))];
        }
    }

    /// <summary>How the first set-points of an order went out; null before they did.</summary>
    public SetPointWave? FirstWave(string order)
    {
        lock (_lock)
        {
            return _waves.TryGetValue(order, out var wave) ? wave : null;
        }
    }

    /// <summary>An order has come: its first set-points go out at once, and are timed.</summary>
    public void ActOn(string order, DateTimeOffset now)
    {
        lock (_lock)
        {
            var since = _time.GetTimestamp();
            Refresh(now);
            var sent = Step(now, _board.Read(_first, _count));
            _waves[order] = new SetPointWave(sent, sent == 0 ? 0 : null);
            _wave = sent == 0 ? null : (order, since, sent);
        }

        // Links may have emptied while the lock was held.
        OnEmptied();
    }

    /// <summary>A cycle: divide, send, add up.</summary>
    /// <returns>What the unit shows to the system operator.</returns>
    public UnitValues Cycle(DateTimeOffset now)
    {
        lock (_lock)
        {
            Refresh(now);
            var states = _board.Read(_first, _count);
            Account(now, states);
            Step(now, states);
            var situation = UnitSituation.Of(states, now, _options.Stale);
            var (shift, running) = (_books.TargetAt(Id, now, situation.BaselineWatts).Shift, _books.Running(Id, now).Where(record => record.Order.Start <= now).ToList());
            var values = new UnitValues(
                now, situation.MeasuredWatts, situation.BaselineWatts, situation.BaselineWatts + shift, situation.UpWatts, situation.DownWatts,
                (running.LastOrDefault(record => record.Order is BalancingOrder)?.Order as BalancingOrder)?.Shift ?? 0, situation.Fresh == _count,
                running.Any(record => record.Order is BalancingOrder), running.Any(record => record.Order is LimitationOrder), _withdrawn / 3_600_000, _injected / 3_600_000);
            Volatile.Write(ref _now, UnitNow.Of(_unit, values, _count, situation.Fresh, _asked.Count(watts => watts != 0)) with { MissingWatts = _missing });
            return values;
        }
    }

    private void Refresh(DateTimeOffset now)
    {
        foreach (var link in _links)
        {
            link.Refresh(now);
        }
    }

    private void Account(DateTimeOffset now, ImmutableArray<HomeState> states)
    {
        if (_cycled is { } last && now > last)
        {
            // Over a time in which nothing was measured, as when the machine slept, nothing is counted.
            var until = now - last <= _options.Stale ? now : last;
            var milliseconds = (until - last).Ticks / TimeSpan.TicksPerMillisecond;
            var measured = UnitSituation.Of(states, now, _options.Stale).MeasuredWatts;
            (_withdrawn, _injected) = (_withdrawn + Math.Max(0, measured) * milliseconds, _injected + Math.Max(0, -measured) * milliseconds);
            _account.Add(last, until, states, _asked, state => UnitSituation.IsFresh(state, now, _options.Stale));
        }

        _cycled = now;
    }

    /// <returns>How many homes have a set-point to confirm now.</returns>
    private int Step(DateTimeOffset now, ImmutableArray<HomeState> states)
    {
        Tell(states);
        // What homes are told now they do in the cycle to come: aimed at is where the unit is to be at its end.
        var target = _books.TargetAt(Id, now + _options.Cycle, states.Sum(state => state.BaselineWatts));
        var step = _control.Step(now, target, states.Select((state, home) => new HomeMeasurement(_board.Homes[_first + home].Home.Member, state.PowerWatts, state.MeasuredAt)));
        foreach (var (member, shift) in step.SetPoints)
        {
            _asked[_places[member]] = shift;
        }

        _missing = step.Missing;
        var (home, open) = (0, 0);
        foreach (var link in _links)
        {
            for (var i = 0; i < link.Homes; i++, home++)
            {
                open += _asked[home] != (states[home].ConfirmedWatts ?? 0) ? 1 : 0;
                link.Ask(i, _asked[home]);
            }
        }

        return open;
    }

    // The control hears of a home when something about it is new.
    private void Tell(ImmutableArray<HomeState> states)
    {
        for (var home = 0; home < _count; home++)
        {
            var state = states[home];
            var description = _board.Homes[_first + home].Home;
            var can = (state.BaselineWatts, Up: state.IsAvailable ? state.UpWatts : 0, Down: state.IsAvailable ? state.DownWatts : 0, UpAsk: state.UpAsk ?? description.UpAsk, DownAsk: state.DownAsk ?? description.DownAsk);
            if (_told[home] == can)
            {
                continue;
            }

            _told[home] = can;
            var controlled = new ControlledHome(
                description.Member, state.BaselineWatts, Steps(can.Up, can.UpAsk), Steps(can.Down, can.DownAsk), RampWattsPerSecond: 0, description.ConnectionWatts);
            // What a station says of a home may be nonsense: such a home takes no part until it makes sense again.
            _control.Update(controlled.Objection is null ? controlled : controlled with { Baseline = 0, Up = [], Down = [] });
        }
    }

    private static ImmutableArray<PowerStep> Steps(long watts, Price ask) => watts > 0 ? [new PowerStep(watts, ask)] : [];

    // A link has nothing under way any more: when none has, the order's last set-point is confirmed.
    private void OnEmptied()
    {
        lock (_lock)
        {
            if (_wave is { } wave && _links.All(link => link.IsEmpty))
            {
                _waves[wave.Order] = new SetPointWave(wave.Homes, _time.GetElapsedTime(wave.Since).TotalMilliseconds);
                _wave = null;
            }
        }
    }
}
