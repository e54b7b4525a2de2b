using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A light that is not there: lit as its profile says, or dimmed.</summary>
public sealed class SimulatedLight(DimmableLight light, TimeProvider time)
{
    private readonly Lock _gate = new();
    private bool _isDimmed;
    private DateTimeOffset _at = time.GetUtcNow();
    private double _counted;

    /// <summary>What it is.</summary>
    public DimmableLight Light => light;

    /// <summary>The start of the present period, in which its power stays as it is.</summary>
    public DateTimeOffset From => Grid.StartOf(Grid.At(time.GetUtcNow()));

    /// <summary>W in the present period, lit and dimmed.</summary>
    public (double Lit, double Dimmed) Range => (light.Watts.At(Grid.At(time.GetUtcNow())), light.Watts.At(Grid.At(time.GetUtcNow())) * light.LeastShare);

    /// <summary>W that it draws now.</summary>
    public double Watts
    {
        get
        {
            lock (_gate)
            {
                return _isDimmed ? Range.Dimmed : Range.Lit;
            }
        }
    }

    /// <summary>What it has taken in all, Wh ≥ 0.</summary>
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

    /// <summary>Dims it, or no longer.</summary>
    public void Dim(bool isDimmed)
    {
        lock (_gate)
        {
            Advance();
            _isDimmed = isDimmed;
        }
    }

    private PeriodGrid Grid => light.Watts.Grid;

    private void Advance()
    {
        var now = time.GetUtcNow();
        _counted += PeriodParts.Between(Grid, _at, now).Sum(part => light.Watts.At(part.Period) * (_isDimmed ? light.LeastShare : 1) * part.Hours);
        _at = now;
    }
}
