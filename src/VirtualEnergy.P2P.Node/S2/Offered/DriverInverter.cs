using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A real inverter of the home, reached by its driver, as it is offered over S2; what it is expected to give follows from what it gave meanwhile.</summary>
/// <remarks>Every limit ends by itself after <see cref="DriverOrders.Lasts"/>. A period in which it was limited teaches nothing.</remarks>
/// <param name="drivers">The home's.</param>
/// <param name="id">As in the book.</param>
/// <param name="time">Until when an order holds.</param>
public sealed class DriverInverter(HomeDrivers drivers, string id, TimeProvider time) : IProductionBehind
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    private readonly Lock _gate = new();
    private PlantHistory? _history;
    private (Period Period, double Sum, int Count) _heard;
    private bool _isLimited;
    private bool _wasLimited;

    /// <inheritdoc/>
    public bool IsThere => drivers.Now(id) is not null;

    /// <inheritdoc/>
    public long? RatedWatts => drivers.Now(id) is { Device: { Kind: DeviceKind.Inverter, RatedWatts: { } watts, Abilities: var abilities } } && abilities.HasFlag(DeviceAbilities.LimitsProduction) ? watts : null;

    /// <inheritdoc/>
    public DateTimeOffset From => Grid.StartOf(Grid.At(time.GetUtcNow()));

    /// <inheritdoc/>
    public TimeSpan Piece => TimeSpan.FromSeconds(Grid.LengthSeconds);

    /// <inheritdoc/>
    public double? Watts
    {
        get
        {
            var watts = drivers.Now(id) is { Reading: { IsEstimated: false, Watts: { } said } } ? said : (double?)null;
            lock (_gate)
            {
                Hear(watts);
            }

            return watts;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<Expectation> Ahead()
    {
        lock (_gate)
        {
            Hear(null);
            return (_history ??= new PlantHistory(Math.Max(1, RatedWatts ?? 1), Grid)).Ahead(Grid.At(time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> LimitAsync(double? mostWatts, CancellationToken stop)
    {
        lock (_gate)
        {
            _isLimited = mostWatts is not null;
            _wasLimited |= _isLimited;
        }

        return drivers.TellAsync(id, new LimitOrder(mostWatts is { } most ? (long)Math.Round(most) : null, time.GetUtcNow() + DriverOrders.Lasts), stop);
    }

    // A period that is over is learned by the mean of what was heard in it.
    private void Hear(double? watts)
    {
        var now = Grid.At(time.GetUtcNow());
        if (_heard.Period != now)
        {
            if (_heard.Count > 0 && !_wasLimited && RatedWatts is { } rated)
            {
                (_history ??= new PlantHistory(rated, Grid)).Observe(_heard.Period, (long)Math.Round(Math.Max(0, -_heard.Sum / _heard.Count)));
            }

            (_heard, _wasLimited) = ((now, 0, 0), _isLimited);
        }

        if (watts is { } heard)
        {
            _heard = (now, _heard.Sum + heard, _heard.Count + 1);
        }
    }
}
