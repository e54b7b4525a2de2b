namespace VirtualEnergy.P2P.Market.RealTimePricing;

/// <summary>
/// Steers the broadcast price by the measured imbalance: too much consumption raises it, too little lowers it, until the
/// meters show the target.
/// </summary>
/// <remarks>
/// <para>
/// An integral controller: price(t + 1) = price(t) + G · imbalance, with G a quarter of what would undo the imbalance if the
/// homes responded as expected. The imbalance of a period is known one period late at the most, so with a true response
/// r times the expected one the loop follows z² − z + r/4 = 0. Both roots lie inside the unit circle for 0 &lt; r &lt; 4, and it
/// does not overshoot up to r = 1, where the double root is ½: an imbalance is halved about every period. Hence an estimate
/// that is wrong by less than a factor of four is safe, and one too large only slow.
/// </para>
/// <para>
/// The published price is the whole state: whoever has the signed meter readings can recompute every price, also after a
/// restart. What is less than half a tick moves nothing. A price at the cap or the floor does not wind up.
/// </para>
/// </remarks>
public sealed class RealTimePriceController
{
    /// <summary>1 ct/kWh.</summary>
    private const long Cent = 10_000;

    /// <summary>The share of an imbalance that one step is meant to undo is one in so many.</summary>
    private const long Caution = 4;

    /// <summary>Without measurements, this share of the way back to the reference is gone each period: one in so many.</summary>
    private const long Homing = 8;

    private readonly RealTimePriceRules _rules;
    private readonly MarketRules _market;

    /// <exception cref="ArgumentOutOfRangeException">The response or the largest step is not positive.</exception>
    public RealTimePriceController(RealTimePriceRules rules, MarketRules market)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rules.ResponsePerCent.WattHours, nameof(rules));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rules.MostPerPeriod.MicroEurPerKWh, nameof(rules));
        (_rules, _market) = (rules, market);
    }

    /// <summary>The first price: the reference, on tick and within floor and cap.</summary>
    public Price First(Price reference) => Publishable(reference.MicroEurPerKWh);

    /// <param name="previous">The price published last.</param>
    /// <param name="previousReference">The reference of its period.</param>
    /// <param name="reference">The reference of the coming period; when it moves, the price moves with it.</param>
    /// <param name="net">
    /// The community's metered net energy of the latest period that is known, + import; null when too few meters were heard.
    /// Then the price goes back towards the reference, an eighth of the way each period: an unmeasured loop must not be steered.
    /// </param>
    public Price Next(Price previous, Price previousReference, Price reference, Energy? net)
    {
        Int128 away = (Int128)previous.MicroEurPerKWh - previousReference.MicroEurPerKWh;
        if (net is { } measured)
        {
            var imbalance = (Int128)measured.WattHours - _rules.Target.WattHours;
            var step = RoundedDivide(imbalance * Cent, (Int128)_rules.ResponsePerCent.WattHours * Caution);
            var most = (Int128)_rules.MostPerPeriod.MicroEurPerKWh;
            away += Int128.Clamp(step, -most, most);
        }
        else
        {
            away -= RoundedDivide(away, Homing);
        }

        return Publishable(reference.MicroEurPerKWh + away);
    }

    private Price Publishable(Int128 microEurPerKWh)
    {
        var tick = _market.TickMicroEurPerKWh;
        var onTick = RoundedDivide(microEurPerKWh, tick) * tick;
        return new Price((long)Int128.Clamp(onTick, _market.Floor.MicroEurPerKWh, _market.Cap.MicroEurPerKWh));
    }

    /// <summary>Nearest, half away from zero, so that the loop treats too much and too little alike.</summary>
    private static Int128 RoundedDivide(Int128 dividend, Int128 divisor)
    {
        var half = divisor / 2;
        return (dividend >= 0 ? dividend + half : dividend - half) / divisor;
    }
}
