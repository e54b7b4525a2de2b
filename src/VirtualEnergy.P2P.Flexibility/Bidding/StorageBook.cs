using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>
/// What the energy inside a store has cost. No energy is given away below that, so that buying and selling through the store
/// never loses money, whatever prices come.
/// </summary>
/// <remarks>Fills are in millionths of a Wh, as the store keeps them. What is inside at the start has cost nothing.</remarks>
public sealed class StorageBook
{
    // Wh × µEUR/kWh, that is thousandths of a µEUR.
    private Int128 _cost;

    /// <summary>The lowest price, rounded up, at which energy out of the store pays back what it has cost. µEUR/kWh.</summary>
    /// <param name="usableFill">Energy inside above the lowest fill, millionths of a Wh.</param>
    /// <param name="discharging">The share of drawn energy that is delivered.</param>
    public Price BreakEven(long usableFill, Efficiency discharging)
    {
        if (_cost <= 0 || usableFill <= 0)
        {
            return default;
        }

        var divisor = (Int128)usableFill * discharging.PartsPerMillion;
        return new Price((long)((_cost * 1_000_000_000_000 + divisor - 1) / divisor));
    }

    /// <summary>Books energy that went in, Wh at the terminals, at what it cost or would have brought elsewhere.</summary>
    public void Charged(Energy energy, Price price) => _cost += (Int128)energy.WattHours * Math.Max(0, price.MicroEurPerKWh);

    /// <summary>Books energy that went out: its share of the cost leaves with it.</summary>
    /// <param name="usableBefore">Energy inside above the lowest fill before, millionths of a Wh.</param>
    /// <param name="drawn">Energy drawn from inside, millionths of a Wh.</param>
    public void Drawn(long usableBefore, long drawn)
    {
        if (usableBefore > 0)
        {
            _cost -= _cost * drawn / usableBefore;
        }
    }
}
