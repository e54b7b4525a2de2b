namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>
/// Where what the members would take in a period that is run meets: by it their devices make good among them what load and sun turn out to be otherwise than
/// was traded. It binds nobody, and settles nothing: deviations are settled as ever (market rule 9).
/// </summary>
/// <param name="Period">The period that is run.</param>
/// <param name="Price">What is worth more runs, what is worth less does not; between the supplier's two prices.</param>
/// <param name="Millionths">The part that runs of what is worth exactly that, 0 to 1,000,000.</param>
public sealed record BalanceSignal(Period Period, Price Price, int Millionths)
{
    /// <summary>All of it.</summary>
    public const int Whole = 1_000_000;

    /// <summary>
    /// The highest price, from what the supplier asks down to what it gives, at which the members together would take more than they traded, and how much of it they can
    /// without the supplier. Where they lack energy at any price, they take what comes before money alone; where they have too much at any price, all that they have a use for.
    /// </summary>
    /// <param name="period">The period that is run.</param>
    /// <param name="demands">One a member, in any order, sound.</param>
    /// <param name="supplier">Its prices in the period.</param>
    /// <param name="traded">What these members bought of others less what they sold them, Wh: zero where all members are among them.</param>
    public static BalanceSignal Of(Period period, IReadOnlyCollection<PlannedDemand> demands, SupplierPrices supplier, Energy traded)
    {
        var (net, import) = (-traded, Price.Max(supplier.Import, supplier.Export));
        var below = new SortedDictionary<Price, Energy>();
        foreach (var demand in demands)
        {
            net += demand.At(import);
            foreach (var (price, energy) in demand.Steps.Where(step => step.Price < import && step.Price > supplier.Export))
            {
                below[price] = below.GetValueOrDefault(price) + energy;
            }
        }

        if (net > Energy.Zero)
        {
            return new BalanceSignal(period, import, Whole);
        }

        foreach (var (price, energy) in below.Reverse())
        {
            if (net + energy > Energy.Zero)
            {
                return new BalanceSignal(period, price, (int)((Int128)(-net).WattHours * Whole / energy.WattHours));
            }

            net += energy;
        }

        return new BalanceSignal(period, supplier.Export, 0);
    }

    /// <summary>What a member takes by it of what she told, whole Wh.</summary>
    public Energy Of(PlannedDemand told)
    {
        var energy = told.Base;
        foreach (var step in told.Steps)
        {
            energy += step.Price > Price ? step.Energy
                : step.Price == Price ? new Energy((long)((Int128)step.Energy.WattHours * Millionths / Whole)) : Energy.Zero;
        }

        return energy;
    }
}
