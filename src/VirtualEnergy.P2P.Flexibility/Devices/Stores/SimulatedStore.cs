using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices.Stores;

/// <summary>
/// A store that runs: whole Wh flow at its terminals, inside it keeps millionths, and no order takes it beyond what it can do. Where a real device
/// is that store it is what is known of it until it says more.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class SimulatedStore(StoreModel model)
{
    private const double Millionths = 1e6;

    private long _exactFill = (long)Math.Round(model.InitialFill * Millionths);
    private (long ExactFill, double Missing, int Shortfalls, Energy Charged) _before;

    public StoreModel Model { get; private set; } = model;

    /// <summary>Wh.</summary>
    public double Fill => _exactFill / Millionths;

    /// <summary>What was missing of the wanted fill at the ends of periods, summed up, Wh.</summary>
    public double Missing { get; private set; }

    /// <summary>Periods that ended with less than was wanted by more than the Wh that whole Wh at the terminals can leave open.</summary>
    public int Shortfalls { get; private set; }

    /// <summary>Everything charged, Wh.</summary>
    public Energy Charged { get; private set; }

    /// <summary>A real device is this store: from now on its own data hold, and its own word for what is in it.</summary>
    public void Adopt(StoreModel real) => (Model, _exactFill) = (real, (long)Math.Round(real.InitialFill * Millionths));

    /// <summary>The least and the most that can flow in the period, whole Wh; − discharge.</summary>
    public (Energy Least, Energy Most) Range(Period period)
    {
        var stage = Model.At(period);
        var left = stage.Left(Fill);
        var most = Math.Min(stage.MostIn, Math.Max(0, (stage.Ceiling - left) / stage.InYield));
        var least = Math.Min(stage.MostOut, Math.Max(0, (left - stage.Floor) * stage.OutYield));
        return (new Energy(-(long)least), new Energy((long)most));
    }

    /// <summary>Runs the period; an order beyond what is possible is cut to it.</summary>
    /// <returns>What flowed at the terminals; + charge, − discharge.</returns>
    public Energy Execute(Period period, Energy order)
    {
        _before = (_exactFill, Missing, Shortfalls, Charged);
        var (least, most) = Range(period);
        var energy = Energy.Max(least, Energy.Min(order, most));
        var stage = Model.At(period);
        var fill = Math.Min(stage.After(Fill, energy.WattHours), stage.Ceiling);
        _exactFill = (long)Math.Round(fill * Millionths);
        Charged += Energy.Max(Energy.Zero, energy);
        var missing = stage.Wanted - fill;
        if (missing > Math.Max(1, stage.InYield))
        {
            Missing += missing;
            Shortfalls++;
        }

        return energy;
    }

    /// <summary>The period that was run last takes another course: it is run from where it began once more.</summary>
    /// <returns>What flowed instead.</returns>
    public Energy ExecuteAgain(Period period, Energy order)
    {
        (_exactFill, Missing, Shortfalls, Charged) = _before;
        return Execute(period, order);
    }
}
