using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Telecontrol;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;

/// <summary>Homes that speak OpenADR: what their VENs report goes to the board, and what they are asked for is the one event of each.</summary>
/// <remarks>
/// OpenADR knows no confirmation of a set-point: a home counts as told when its event is kept. A VEN reports no program; the power that it had
/// before it was asked for anything stands for it.
/// </remarks>
internal sealed class VenLink : IHomeLink
{
    /// <summary>An event is good for so long and is renewed before it ends: a VEN that hears no more comes back to its own plan.</summary>
    internal static readonly TimeSpan Length = TimeSpan.FromHours(1);

    /// <summary>A smaller change is not sent, nor a change sooner than this: VENs poll, and plan anew each time.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(12);

    private const int LeastChangePermille = 20;
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    private readonly CustomerOptions _customer;
    private readonly Vtn _vtn;
    private readonly HomeBoard _board;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, int> _homes;
    private readonly (string? Event, long Watts, DateTimeOffset At)[] _told;
    private readonly Lock _gate = new();
    private long _leftOut;
    private volatile bool _isUp;

    /// <param name="first">Where the customer's homes begin on the board; they stand there one after another.</param>
    public VenLink(CustomerOptions customer, Vtn vtn, HomeBoard board, int first, TimeProvider time)
    {
        (_customer, _vtn, _board, First, _time) = (customer, vtn, board, first, time);
        _homes = customer.Homes.Select((home, at) => (home.Ven!, at)).ToDictionary(home => home.Item1, home => home.at);
        _told = new (string?, long, DateTimeOffset)[customer.Homes.Length];
    }

    public string Customer => _customer.Id;

    public string Protocol => "OpenADR 3.1";

    public int First { get; }

    public int Homes => _customer.Homes.Length;

    public Action? Emptied { get; set; }

    /// <summary>A VEN has reported since the start.</summary>
    public bool IsUp => _isUp;

    public long LeftOut => Interlocked.Read(ref _leftOut);

    public int OpenSetPoints => 0;

    public bool IsEmpty => true;

    /// <summary>Each home's VEN is granted its target and asked for reports, and the event that a gateway before this one left is found again.</summary>
    public void Start()
    {
        for (var home = 0; home < _customer.Homes.Length; home++)
        {
            var described = _customer.Homes[home];
            try
            {
                _vtn.Enrol(described.Ven!, described.Name, described.Pod.Value);
                _vtn.AskForReports(described.Pod.Value);
            }
            catch (VtnRefusalException refusal)
            {
                throw new GatewayStartException($"Bsp:Units: {described.Pod} cannot be the VEN {described.Ven}: {refusal.Message} Give the home another Name.", refusal);
            }

            _told[home] = (_vtn.Find(OrderId(home)), 0, default);
        }

        _vtn.Reported += Take;
    }

    public void Refresh(DateTimeOffset now)
    {
    }

    public void Ask(int home, long watts)
    {
        lock (_gate)
        {
            var (known, before, at) = _told[home];
            var now = _time.GetUtcNow();
            if (watts == 0)
            {
                if (known is not null)
                {
                    Try(home, () =>
                    {
                        _vtn.Withdraw(known);
                        return null;
                    });
                }

                return;
            }

            var isNew = known is null || before == 0 || Math.Sign(before) != Math.Sign(watts);
            var isChanged = Math.Abs(watts - before) * 1_000 > Math.Abs(before) * LeastChangePermille;
            if (isNew || (isChanged && now - at >= Pause) || now - at >= Length / 2)
            {
                Try(home, () => _vtn.Put(new VenOrder(OrderId(home), _customer.Homes[home].Pod.Value, now, Length, watts), known), watts);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _vtn.Reported -= Take;
        return ValueTask.CompletedTask;
    }

    private void Take(VenReading reading)
    {
        if (!_homes.TryGetValue(reading.ClientId, out var home))
        {
            return;
        }

        var (at, now) = (reading.Start + reading.Length, _time.GetUtcNow());
        if (at > now + Ahead || Math.Abs(reading.Watts) > _customer.Homes[home].ConnectionWatts)
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        _isUp = true;
        _board.Change(First + home, state => reading.Quantity switch
        {
            VenQuantity.Power when at >= state.MeasuredAt => state with
            {
                MeasuredAt = at, PowerWatts = reading.Watts, BaselineWatts = state.ConfirmedWatts is null or 0 ? reading.Watts : state.BaselineWatts, IsAvailable = true,
            },
            VenQuantity.UpwardAvailable => state with { UpWatts = reading.Watts },
            VenQuantity.DownwardAvailable => state with { DownWatts = reading.Watts },
            _ => state,
        });
    }

    // Another client of business logic may have deleted the event: then the next call makes a new one.
    private void Try(int home, Func<string?> tell, long watts = 0)
    {
        try
        {
            _told[home] = (tell(), watts, _time.GetUtcNow());
            _board.Change(First + home, state => state with { ConfirmedWatts = watts });
        }
        catch (VtnRefusalException)
        {
            _told[home] = default;
        }
    }

    private string OrderId(int home) => $"set-point of {_customer.Homes[home].Pod}";
}
