using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;

namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>
/// The gateway as controlled station of the system operator: each unit is a common address, sends its values every cycle, and takes
/// set-points, revocations and limitations, which are confirmed negatively where they cannot be executed.
/// </summary>
/// <param name="decide">Whether a command is taken. Called under the station's lock: it decides, and lets the work run elsewhere.</param>
public sealed class TsoStation : IAsyncDisposable
{
    // A command with a time tag is not executed later than this: it may have waited on a broken link.
    private static readonly TimeSpan MaxCommandAge = TimeSpan.FromSeconds(60);

    private readonly TsoLinkOptions _options;
    private readonly ImmutableArray<UnitOptions> _units;
    private readonly Func<TsoCommand, bool> _decide;
    private readonly TimeProvider _time;
    private readonly TimeProvider _links;
    private readonly ILogger _logger;
    private readonly ControlledStation _station;
    private readonly Dictionary<int, int> _indices;
    private readonly UnitValues?[] _shown;

    /// <summary>Limits that were sent and are not switched on yet; null before the first. Under the station's lock.</summary>
    private readonly long?[] _limits;

    /// <summary>Peers whose data transfer is started: one of a group at most. Under the station's lock.</summary>
    private readonly HashSet<string> _started = [];

    private ControlledStationServer? _server;
    private volatile bool _isUp;

    public TsoStation(TsoLinkOptions options, ImmutableArray<UnitOptions> units, Func<TsoCommand, bool> decide, TimeProvider time, TimeProvider links, ILogger<TsoStation> logger)
    {
        (_options, _units, _decide, _time, _links, _logger) = (options, units, decide, time, links, logger);
        (_shown, _limits) = (new UnitValues?[units.Length], new long?[units.Length]);
        _indices = units.Select((unit, index) => (unit.CommonAddress, index)).ToDictionary();
        _station = new ControlledStation(
            new ControlledStationOptions
            {
                Groups = [new RedundancyGroup("system operator") { Accepts = IsAllowed, BufferedEvents = options.BufferedEvents }],
                MaxCommandAge = MaxCommandAge,
                Clock = time,
                OnCommand = command => Take(command) ? CommandAnswer.Done : CommandAnswer.Refused,
                // The gateway keeps its own clock, which signs and schedules; it takes the operator's time as heard.
                OnClock = IsPlausible,
                OnNotice = OnNotice,
            },
            links);
        foreach (var unit in units)
        {
            Define(unit);
        }
    }

    /// <summary>Where it listens, once started.</summary>
    public IPEndPoint? EndPoint => _server?.EndPoint;

    /// <summary>A system operator's station has data transfer started.</summary>
    public bool IsUp => _isUp;

    /// <exception cref="System.Net.Sockets.SocketException">The address or port is not to be had.</exception>
    public void Start() => _server = ControlledStationServer.Start(_station, _options.Listen, _links, _options.Tls);

    /// <summary>Sends what a unit shows: powers every time, states and counters when they changed. Buffered while the link is broken.</summary>
    public void Show(int unit, in UnitValues values)
    {
        var (points, scale, time) = (_units[unit].Points, _units[unit].Scale, Cp56Time2a.FromUtc(values.At));
        var quality = values.IsComplete ? Quality.Good : Quality.NotTopical;
        var address = new CommonAddress(_units[unit].CommonAddress);
        InformationObject[] powers =
        [
            Measured(points.MeasuredPower, scale.Write(values.MeasuredWatts), quality), Measured(points.Baseline, scale.Write(values.BaselineWatts)),
            Measured(points.Target, scale.Write(values.TargetWatts)), Measured(points.UpwardAvailability, values.UpWatts / (float)scale.WattsPerUnit),
            Measured(points.DownwardAvailability, values.DownWatts / (float)scale.WattsPerUnit), Measured(points.SetPointInForce, scale.Write(values.SetPointWatts)),
        ];
        _station.Update(address, powers, Cause.Periodic);

        var before = _shown[unit];
        _shown[unit] = values;
        var changes = new List<InformationObject>();
        Point(points.IsComplete, values.IsComplete, before?.IsComplete);
        Point(points.HasOrder, values.HasOrder, before?.HasOrder);
        Point(points.IsLimited, values.IsLimited, before?.IsLimited);
        Counter(points.Withdrawn, values.WithdrawnWattHours, before?.WithdrawnWattHours);
        Counter(points.Injected, values.InjectedWattHours, before?.InjectedWattHours);
        if (changes.Count > 0)
        {
            _station.Update(address, changes.ToArray());
        }

        InformationObject Measured(int item, float value, Quality quality = Quality.Good) => InformationObject.MeasuredShortFloat(new ObjectAddress(item), value, quality, time);

        void Point(int item, bool now, bool? then)
        {
            if (now != then)
            {
                changes.Add(InformationObject.SinglePoint(new ObjectAddress(item), now, time: time));
            }
        }

        void Counter(int item, long now, long? then)
        {
            if (KilowattHours(now) is var reading && reading != (then is { } earlier ? KilowattHours(earlier) : 0))
            {
                changes.Add(InformationObject.IntegratedTotal(new ObjectAddress(item), reading, time: time));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    // A counter of the standard has 31 bits and a sign; it starts again at zero where it ends.
    private static int KilowattHours(long wattHours) => (int)(wattHours / 1_000 % int.MaxValue);

    private void Define(UnitOptions unit)
    {
        var (address, points) = (new CommonAddress(unit.CommonAddress), unit.Points);
        int[] powers = [points.MeasuredPower, points.Baseline, points.Target, points.UpwardAvailability, points.DownwardAvailability, points.SetPointInForce];
        foreach (var power in powers)
        {
            _station.Define(address, InformationObject.MeasuredShortFloat(new ObjectAddress(power), 0, Quality.NotTopical), group: 1);
        }

        int[] states = [points.IsComplete, points.HasOrder, points.IsLimited];
        foreach (var state in states)
        {
            _station.Define(address, InformationObject.SinglePoint(new ObjectAddress(state), on: false), group: 2);
        }

        int[] counters = [points.Withdrawn, points.Injected];
        foreach (var counter in counters)
        {
            _station.Define(address, InformationObject.IntegratedTotal(new ObjectAddress(counter), 0), group: 1);
        }

        _station.DefineCommand(address, new ObjectAddress(points.SetPoint), AsduType.SetPointShortFloat, _options.SelectFirst);
        _station.DefineCommand(address, new ObjectAddress(points.Revoke), AsduType.SingleCommand, _options.SelectFirst);
        _station.DefineCommand(address, new ObjectAddress(points.Limit), AsduType.SetPointShortFloat);
        _station.DefineCommand(address, new ObjectAddress(points.LimitSwitch), AsduType.DoubleCommand, _options.SelectFirst);
    }

    private bool IsAllowed(Peer peer) => _options.Peers.IsEmpty || _options.Peers.Contains(peer.EndPoint.Address.IsIPv4MappedToIPv6 ? peer.EndPoint.Address.MapToIPv4() : peer.EndPoint.Address);

    private bool IsPlausible(Cp56Time2a heard) => !heard.IsInvalid && (heard.ToInstant() - _time.GetUtcNow()).Duration() <= MaxCommandAge;

    private bool Take(Command command)
    {
        var unit = _indices[command.Address.Value];
        var (points, scale, item) = (_units[unit].Points, _units[unit].Scale, command.Object);
        if (item.Address.Value == points.Limit)
        {
            // What may be injected at most is the lowest power, which is 0 or below: a unit is never told that it must inject.
            var isLimit = scale.TryRead(item.ShortFloat, out var lowest) && lowest <= 0;
            _limits[unit] = isLimit ? lowest : _limits[unit];
            return isLimit;
        }

        TsoCommand? asked = item.Address.Value == points.SetPoint ? scale.TryRead(item.ShortFloat, out var watts) ? Command(TsoCommandKind.Regulate, watts) : null
            : item.Address.Value == points.Revoke ? item.IsOn ? Command(TsoCommandKind.Revoke, 0) : null
            : item.State == DoublePointState.Off ? Command(TsoCommandKind.LiftLimit, 0)
            : _limits[unit] is { } limit ? Command(TsoCommandKind.Limit, limit) : null;
        var isTaken = asked is { } readable && _decide(readable);
        _logger.TsoCommanded(_units[unit].Id, item.ToString(), command.Peer, isTaken ? "taken" : "refused");
        return isTaken;

        TsoCommand Command(TsoCommandKind kind, long value) => new(unit, kind, value, command.Peer);
    }

    private void OnNotice(StationNotice notice)
    {
        switch (notice.Kind)
        {
            case NoticeKind.Started:
                _started.Add(notice.Peer);
                break;
            case NoticeKind.Stopped or NoticeKind.Closed:
                _started.Remove(notice.Peer);
                break;
        }

        _isUp = _started.Count > 0;
        _logger.TsoNotice(notice.ToString());
    }
}
