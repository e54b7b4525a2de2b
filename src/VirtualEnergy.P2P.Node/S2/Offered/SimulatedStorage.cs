using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A storage that is not there, by its model: it runs within its periods, and full, empty or away it does nothing.</summary>
/// <remarks>
/// Left to itself a battery rests; everything else charges while there is room, as a thermostat or a plain charging point has it.
/// </remarks>
public sealed class SimulatedStorage : IStorageBehind
{
    private const double Nearly = 1e-6;

    private readonly StoreModel _model;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private double _fill;
    private double? _watts;
    private DateTimeOffset _at;
    private double _counted;
    private (Period Period, StorageOffer Offer)? _offer;

    /// <param name="model">What it is; its initial fill is in it.</param>
    public SimulatedStorage(StoreModel model, TimeProvider time) => (_model, _time, _at, _fill) = (model, time, time.GetUtcNow(), model.InitialFill);

    /// <inheritdoc/>
    public bool IsThere => _model is not CarStore car || car.IsHome(Present);

    /// <inheritdoc/>
    public StorageOffer? Offer
    {
        get
        {
            lock (_gate)
            {
                if (_offer is not { } known || known.Period != Present)
                {
                    _offer = known = (Present, OfferFor(Present));
                }

                return known.Offer;
            }
        }
    }

    /// <inheritdoc/>
    public double? FillLevel
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _fill / 1_000;
            }
        }
    }

    /// <inheritdoc/>
    public double? Watts
    {
        get
        {
            lock (_gate)
            {
                Advance();
                var stage = _model.At(Present);
                var watts = Possible(stage);
                return (watts > 0 && _fill >= stage.Ceiling - Nearly) || (watts < 0 && _fill <= stage.Floor + Nearly) ? 0 : watts;
            }
        }
    }

    /// <summary>What it has taken in all, Wh; − where it gave more.</summary>
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
    public ValueTask<string?> RunAsync(double? watts, CancellationToken stop)
    {
        lock (_gate)
        {
            Advance();
            _watts = watts;
            return ValueTask.FromResult<string?>(null);
        }
    }

    private PeriodGrid Grid => _model.Grid;

    private double Hours => Grid.LengthSeconds / 3_600.0;

    private Period Present => Grid.At(_time.GetUtcNow());

    // W that it runs at, room and filling left aside.
    private double Possible(in StoreStage stage) => Math.Clamp(_watts ?? (_model is BatteryStore ? 0 : stage.MostIn / Hours), -stage.MostOut / Hours, stage.MostIn / Hours);

    private void Advance()
    {
        var now = _time.GetUtcNow();
        foreach (var (period, hours) in PeriodParts.Between(Grid, _at, now))
        {
            Run(_model.At(period), hours);
        }

        _at = now;
    }

    private void Run(in StoreStage stage, double hours)
    {
        var part = hours / Hours;
        var left = _fill * Math.Pow(stage.Keep, part) - stage.Use * part;
        var energy = Possible(stage) * hours;
        energy = energy >= 0 ? Math.Min(energy, Math.Max(0, (stage.Ceiling - left) / stage.InYield)) : -Math.Min(-energy, Math.Max(0, (left - stage.Floor) * stage.OutYield));
        _fill = Math.Min(stage.Ceiling, left + (energy >= 0 ? energy * stage.InYield : energy / stage.OutYield));
        _counted += energy;
    }

    private StorageOffer OfferFor(Period now)
    {
        var stage = _model.At(AtHome(now));
        return new StorageOffer(
            stage.Floor / 1_000, stage.Ceiling / 1_000, new StorageWay(stage.MostIn / Hours / 1_000, stage.InYield), new StorageWay(stage.MostOut / Hours / 1_000, stage.OutYield),
            1 - Math.Pow(stage.Keep, 1 / Hours)).With(_model, now);
    }

    // What a car can do that is away is what it can when it is back.
    private Period AtHome(Period now)
    {
        if (_model is CarStore car)
        {
            foreach (var journey in car.Journeys.Where(journey => journey.Back > now).TakeWhile(journey => journey.Leaves <= now))
            {
                now = journey.Back;
            }
        }

        return now;
    }
}
