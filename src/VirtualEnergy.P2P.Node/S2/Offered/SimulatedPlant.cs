using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A plant that is not there: it gives what a profile says, no more than it is limited to, and is expected to give what follows from what it gave.</summary>
public sealed class SimulatedPlant : IProductionBehind
{
    private const int DaysLearned = 14;

    private readonly PowerProfile _production;
    private readonly WindTurbine? _wind;
    private readonly TimeProvider _time;
    private readonly PlantHistory _history;
    private readonly Lock _gate = new();
    private Period _next;
    private double? _limit;
    private DateTimeOffset _at;
    private double _counted;

    /// <summary>A photovoltaic plant.</summary>
    /// <param name="sun">What the sun gives, W per period.</param>
    public SimulatedPlant(PowerProfile sun, TimeProvider time)
        : this(sun, null, time)
    {
    }

    /// <summary>A wind turbine.</summary>
    public SimulatedPlant(WindTurbine wind, TimeProvider time)
        : this(wind.Production, wind, time)
    {
    }

    private SimulatedPlant(PowerProfile sun, WindTurbine? wind, TimeProvider time)
    {
        (_production, _wind, _time, _at) = (sun, wind, time, time.GetUtcNow());
        RatedWatts = Math.Max(1, sun.Peak);
        _history = new PlantHistory(Math.Max(1, sun.Peak), Grid);
        var begins = new Period(Present.Index - DaysLearned * 86_400 / Grid.LengthSeconds);
        _next = begins > sun.First ? begins : sun.First < Present ? sun.First : Present;
    }

    /// <inheritdoc/>
    public bool IsThere => true;

    /// <inheritdoc/>
    public long? RatedWatts { get; }

    /// <inheritdoc/>
    public DateTimeOffset From => Grid.StartOf(Present);

    /// <inheritdoc/>
    public TimeSpan Piece => TimeSpan.FromSeconds(Grid.LengthSeconds);

    /// <inheritdoc/>
    public double? Watts
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return -Given(Present);
            }
        }
    }

    /// <summary>What it has given in all, Wh ≥ 0.</summary>
    public double CountedWattHours
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _counted;
            }
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<Expectation> Ahead()
    {
        lock (_gate)
        {
            if (_wind is not null)
            {
                return [.. _wind.Expected(Present, PlantHistory.PeriodsAhead(Grid), Grid).Select(energy => Expectation.Certain(-energy * 3_600 / Grid.LengthSeconds))];
            }

            for (; _next < Present; _next = _next.Next)
            {
                _history.Observe(_next, _production.At(_next));
            }

            return _history.Ahead(Present);
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> LimitAsync(double? mostWatts, CancellationToken stop)
    {
        lock (_gate)
        {
            Advance();
            _limit = mostWatts;
            return ValueTask.FromResult<string?>(null);
        }
    }

    private PeriodGrid Grid => _production.Grid;

    private Period Present => Grid.At(_time.GetUtcNow());

    private double Given(Period period) => Math.Min(_production.At(period), _limit ?? double.PositiveInfinity);

    private void Advance()
    {
        var now = _time.GetUtcNow();
        _counted += PeriodParts.Between(Grid, _at, now).Sum(part => Given(part.Period) * part.Hours);
        _at = now;
    }
}
