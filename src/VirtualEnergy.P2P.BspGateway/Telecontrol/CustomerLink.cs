using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;

namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>The aggregator as controlling station of one customer's telecontrol unit: the homes behind it are measured, and get their set-points.</summary>
/// <remarks>
/// Whatever the station sends is hostile until checked: objects of homes that it does not have, powers that are none and values marked invalid
/// are left out and counted. A home whose values stop is old after a while, which the operation sees by <see cref="HomeState.MeasuredAt"/>.
/// </remarks>
public sealed class CustomerLink : IHomeLink
{
    /// <summary>Below the 1,024 requests that a connection lets wait.</summary>
    private const int MostUnderWay = 512;

    private readonly CustomerOptions _customer;
    private readonly HomeBoard _board;
    private readonly int _first;
    private readonly TimeProvider _time;
    private readonly TimeProvider _links;
    private readonly ILogger _logger;
    private readonly CommonAddress _address;
    private readonly SetPointQueue _setPoints;
    private ControllingStation? _station;
    private volatile bool _isUp;
    private long _leftOut;

    /// <param name="first">Where the customer's homes begin on the board; they stand there one after another.</param>
    /// <param name="time">The market's: of measurements and of time tags.</param>
    /// <param name="links">The machine's: of time-outs.</param>
    public CustomerLink(CustomerOptions customer, HomeBoard board, int first, TimeProvider time, TimeProvider links, ILogger<CustomerLink> logger)
    {
        (_customer, _board, _first, _time, _links, _logger) = (customer, board, first, time, links, logger);
        _address = new CommonAddress(customer.CommonAddress);
        _setPoints = new SetPointQueue(customer.Homes.Length, MostUnderWay, SendAsync, OnConfirmed, () => Emptied?.Invoke());
    }

    public string Customer => _customer.Id;

    public string Protocol => "IEC 60870-5-104";

    public int First => _first;

    public int Homes => _customer.Homes.Length;

    public Action? Emptied { get; set; }

    /// <summary>Data transfer is started.</summary>
    public bool IsUp => _isUp;

    /// <summary>Values that were left out, because they were of no home here, no power, or marked invalid.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    public int OpenSetPoints => _setPoints.Open;

    public bool IsEmpty => _setPoints.IsEmpty;

    public void Start() => _station = new ControllingStation(
        new ControllingStationOptions
        {
            Hosts = [(_customer.Host, _customer.Port)],
            Interrogates = [_address],
            Tls = _customer.Tls,
            LongestRetry = TimeSpan.FromSeconds(30),
            Connection = new ControllingConnectionOptions { OnAsdu = OnAsdu, OnNotice = OnNotice },
        },
        _links);

    /// <summary>Nothing: stations say what is now, and say it again when it changes.</summary>
    public void Refresh(DateTimeOffset now)
    {
    }

    public void Ask(int home, long watts) => _setPoints.Ask(home, watts);

    public async ValueTask DisposeAsync()
    {
        if (_station is not null)
        {
            await _station.DisposeAsync();
        }
    }

    private async Task<bool> SendAsync(int home, long watts)
    {
        if (_station?.Connection is not { } connection || !_isUp)
        {
            return false;
        }

        var setPoint = InformationObject.SetPointShortFloat(
            HomePoints.Of(HomePoint.SetPoint, home + 1), _customer.Scale.Write(watts), Cp56Time2a.FromUtc(_time.GetUtcNow()));
        return (await connection.RequestAsync(_address, setPoint)).IsDone;
    }

    private void OnConfirmed(int home, long watts) => _board.Change(_first + home, state => state with { ConfirmedWatts = watts });

    private void OnNotice(StationNotice notice)
    {
        switch (notice.Kind)
        {
            case NoticeKind.Started:
                _setPoints.Forget();
                _isUp = true;
                _logger.CustomerUp(_customer.Id);
                break;
            case NoticeKind.Stopped or NoticeKind.Closed:
                if (_isUp)
                {
                    _logger.CustomerDown(_customer.Id, notice.Text);
                }

                _isUp = false;
                break;
        }
    }

    private void OnAsdu(in Asdu asdu)
    {
        if (!asdu.Type.IsMonitored() || asdu.Address != _address)
        {
            return;
        }

        var now = _time.GetUtcNow();
        foreach (var item in asdu)
        {
            Take(item, now);
        }
    }

    private void Take(in InformationObject item, DateTimeOffset now)
    {
        if (!HomePoints.TryParse(item.Address, out var point, out var home) || home > _customer.Homes.Length || IsDoubtful(item))
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        var (type, index) = (item.Type.Untimed(), _first + home - 1);
        if (point == HomePoint.IsAvailable && type == AsduType.SinglePoint)
        {
            var isOn = item.IsOn;
            _board.Change(index, state => state with { IsAvailable = isOn });
        }
        else if (type == AsduType.MeasuredShortFloat && _customer.Scale.TryRead(item.ShortFloat, out var watts) && TryTake(point, index, watts, now))
        {
            // Taken.
        }
        else
        {
            Interlocked.Increment(ref _leftOut);
        }
    }

    private bool TryTake(HomePoint point, int index, long watts, DateTimeOffset now)
    {
        // Availabilities are amounts: they carry no direction, so the link's sign does not turn them.
        var amount = _customer.Scale.InjectionIsPositive ? -watts : watts;
        switch (point)
        {
            case HomePoint.Power:
                _board.Change(index, state => state with { PowerWatts = watts, MeasuredAt = now });
                return true;
            case HomePoint.Baseline:
                _board.Change(index, state => state with { BaselineWatts = watts });
                return true;
            case HomePoint.UpwardAvailability when amount >= 0:
                _board.Change(index, state => state with { UpWatts = amount });
                return true;
            case HomePoint.DownwardAvailability when amount >= 0:
                _board.Change(index, state => state with { DownWatts = amount });
                return true;
            default:
                return false;
        }
    }

    private static bool IsDoubtful(in InformationObject item) =>
        item.Type.Untimed() is AsduType.IntegratedTotals || (item.Quality & (Quality.Invalid | Quality.NotTopical)) != 0;
}
