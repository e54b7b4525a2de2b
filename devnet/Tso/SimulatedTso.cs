using System.Collections.Immutable;
using System.Net.Http.Json;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>What somebody wants the simulated system operator to ask for.</summary>
/// <param name="Kind"><c>regulation</c>, <c>revocation</c>, <c>limitation</c> or <c>lift</c>.</param>
/// <param name="Watts">As in <see cref="OrderView"/>.</param>
/// <param name="Way"><c>IEC 104</c> or <c>HTTP</c>.</param>
/// <param name="HoldSeconds">Over HTTP: how long; over IEC 104 an order has no end of its own.</param>
internal sealed record TsoWish(string Unit, string Kind, long Watts, string Way, int HoldSeconds = 900);

/// <summary>
/// A simulated transmission system operator: controlling station of IEC 60870-5-104 towards an aggregator, which it interrogates, whose
/// clock it sets, whose measurements it keeps, and to which it sends set-points, revocations and limitations, there or over HTTP.
/// </summary>
internal sealed class SimulatedTso : IAsyncDisposable
{
    private readonly ImmutableArray<UnitOptions> _units;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly UnitValues[] _values;
    private readonly UnitCurve[] _curves;
    private readonly Lock _lock = new();
    private readonly ControllingStation _station;
    private volatile bool _isUp;
    private bool _hasLeft;
    private long _lastArrival;
    private TimeSpan _shortest = TimeSpan.MaxValue;
    private TimeSpan _longest;

    /// <param name="telecontrol">Port of the aggregator's station on loopback.</param>
    /// <param name="http">With the aggregator's address and the token that it asks for.</param>
    /// <param name="time">Of the market: orders and measurements go by it.</param>
    /// <param name="link">Of the link's time-outs: the machine's, for however fast a market is simulated, its messages take the time they take.</param>
    public SimulatedTso(int telecontrol, HttpClient http, ImmutableArray<UnitOptions> units, TimeProvider time, TimeProvider link)
    {
        (_units, _time, _http) = (units, time, http);
        (_values, _curves) = (new UnitValues[units.Length], [.. units.Select(_ => new UnitCurve())]);
        _station = new ControllingStation(
            new ControllingStationOptions
            {
                Hosts = [("127.0.0.1", telecontrol)],
                Interrogates = [.. units.Select(unit => new CommonAddress(unit.CommonAddress))],
                Connection = new ControllingConnectionOptions { OnAsdu = OnAsdu, OnNotice = OnNotice, Originator = 1 },
            },
            link);
    }

    /// <summary>A set of measurements has arrived; called from the link's threads.</summary>
    public Action<Tick>? OnTick { get; set; }

    /// <summary>The log has changed.</summary>
    public Action? OnOrders { get; set; }

    public TsoOrders Orders { get; } = new();

    public bool IsUp => _isUp;

    /// <summary>Sets of measurements that arrived since the start.</summary>
    public int Sets { get; private set; }

    /// <summary>Between two sets that followed each other, in the time of the simulation.</summary>
    public (TimeSpan Shortest, TimeSpan Longest) Between
    {
        get
        {
            lock (_lock)
            {
                return Sets < 2 ? default : (_shortest, _longest);
            }
        }
    }

    public ImmutableArray<UnitView> Units()
    {
        lock (_lock)
        {
            return [.. _units.Select((unit, index) => new UnitView(Now(index), _curves[index].Read()))];
        }
    }

    public Task StartedAsync(CancellationToken stop) => _station.StartedAsync(stop);

    /// <summary>Sends the clock, as an operator does when a link has come up.</summary>
    public async Task<RequestResult> SynchronizeAsync(CancellationToken stop) =>
        await (await _station.StartedAsync(stop)).SynchronizeClockAsync(new CommonAddress(_units[0].CommonAddress));

    /// <summary>Asks, waits for the answer, and keeps both in the log.</summary>
    public async Task<OrderView> AskAsync(TsoWish wish, CancellationToken stop)
    {
        var order = new OrderView(Orders.NewId(), wish.Unit, wish.Kind, wish.Watts, wish.Way, _time.GetUtcNow(), "sent", null);
        Put(order);
        var (state, reason) = wish.Way == "HTTP" ? await AskByHttpAsync(order, wish, stop) : await AskByTelecontrolAsync(wish);
        return Put(order with { State = state, Reason = reason });
    }

    /// <summary>Leaves the link; a second time there is nothing to leave.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref _hasLeft, true))
        {
            await _station.DisposeAsync();
        }
    }

    private OrderView Put(OrderView order)
    {
        Orders.Put(order);
        OnOrders?.Invoke();
        return order;
    }

    private async Task<(string State, string? Reason)> AskByTelecontrolAsync(TsoWish wish)
    {
        if (_station.Connection is not { } connection || !_isUp)
        {
            return ("failed", "the link to the aggregator is down");
        }

        var unit = _units.Single(candidate => candidate.Id == wish.Unit);
        var (address, points, tag) = (new CommonAddress(unit.CommonAddress), unit.Points, Cp56Time2a.FromUtc(_time.GetUtcNow()));
        InformationObject[] commands = wish.Kind switch
        {
            "regulation" => [SetPoint(points.SetPoint)],
            "revocation" => [InformationObject.SingleCommand(new ObjectAddress(points.Revoke), on: true, time: tag)],
            "limitation" => [SetPoint(points.Limit), Switch(DoublePointState.On)],
            _ => [Switch(DoublePointState.Off)],
        };
        foreach (var command in commands)
        {
            var result = await connection.RequestAsync(address, command);
            if (!result.IsDone)
            {
                return result.Outcome == RequestOutcome.Refused ? ("refused", $"negative confirmation, cause {(int)result.Cause}") : ("failed", $"{result.Outcome}");
            }
        }

        return ("confirmed", null);

        InformationObject SetPoint(int item) => InformationObject.SetPointShortFloat(new ObjectAddress(item), unit.Scale.Write(wish.Watts), tag);

        InformationObject Switch(DoublePointState state) => InformationObject.DoubleCommand(new ObjectAddress(points.LimitSwitch), state, time: tag);
    }

    private async Task<(string State, string? Reason)> AskByHttpAsync(OrderView order, TsoWish wish, CancellationToken stop)
    {
        try
        {
            using var answer = await _http.PostAsJsonAsync("/api/orders", new { order.Id, wish.Unit, wish.Kind, wish.Watts, wish.HoldSeconds }, stop);
            if (answer.IsSuccessStatusCode)
            {
                return ("confirmed", null);
            }

            var problem = await answer.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(stop);
            return ("refused", problem?.Detail ?? $"answered with {(int)answer.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException or System.Text.Json.JsonException)
        {
            return ("failed", failure.Message);
        }
    }

    private void OnNotice(StationNotice notice) => _isUp = notice.Kind switch
    {
        NoticeKind.Started => true,
        NoticeKind.Stopped or NoticeKind.Closed => false,
        _ => _isUp,
    };

    private void OnAsdu(in Asdu asdu)
    {
        var address = asdu.Address.Value;
        var index = Array.FindIndex([.. _units], unit => unit.CommonAddress == address);
        if (index < 0 || !asdu.Type.IsMonitored())
        {
            return;
        }

        Tick? tick = null;
        lock (_lock)
        {
            var isSet = false;
            foreach (var item in asdu)
            {
                _values[index] = Taken(_units[index], _values[index], item);
                isSet |= item.Address.Value == _units[index].Points.MeasuredPower && asdu.Cause.Cause == Cause.Periodic;
            }

            if (isSet)
            {
                Arrived(index == 0);
                _values[index] = _values[index] with { At = _time.GetUtcNow() };
                tick = new Tick([new UnitTick(_units[index].Id, _curves[index].Add(_values[index]), Now(index))], null);
            }
        }

        if (tick is not null)
        {
            OnTick?.Invoke(tick);
        }
    }

    private void Arrived(bool isFirstUnit)
    {
        if (!isFirstUnit)
        {
            return;
        }

        var now = _time.GetTimestamp();
        if (Sets++ > 0)
        {
            var since = _time.GetElapsedTime(_lastArrival, now);
            (_shortest, _longest) = (since < _shortest ? since : _shortest, since > _longest ? since : _longest);
        }

        _lastArrival = now;
    }

    private static UnitValues Taken(UnitOptions unit, UnitValues values, in InformationObject item)
    {
        var (points, address) = (unit.Points, item.Address.Value);
        if (item.Type.Untimed() == AsduType.MeasuredShortFloat && unit.Scale.TryRead(item.ShortFloat, out var watts))
        {
            var amount = unit.Scale.InjectionIsPositive ? -watts : watts;
            return address == points.MeasuredPower ? values with { MeasuredWatts = watts }
                : address == points.Baseline ? values with { BaselineWatts = watts }
                : address == points.Target ? values with { TargetWatts = watts }
                : address == points.UpwardAvailability ? values with { UpWatts = amount }
                : address == points.DownwardAvailability ? values with { DownWatts = amount }
                : address == points.SetPointInForce ? values with { SetPointWatts = watts } : values;
        }

        if (item.Type.Untimed() == AsduType.SinglePoint)
        {
            return address == points.IsComplete ? values with { IsComplete = item.IsOn }
                : address == points.HasOrder ? values with { HasOrder = item.IsOn }
                : address == points.IsLimited ? values with { IsLimited = item.IsOn } : values;
        }

        return item.Type.Untimed() != AsduType.IntegratedTotals ? values
            : address == points.Withdrawn ? values with { WithdrawnWattHours = item.Reading * 1_000L }
            : address == points.Injected ? values with { InjectedWattHours = item.Reading * 1_000L } : values;
    }

    private UnitNow Now(int index) => UnitNow.Of(_units[index], _values[index], 0, 0, 0);
}
