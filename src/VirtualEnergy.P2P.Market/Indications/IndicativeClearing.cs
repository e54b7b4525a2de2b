namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>
/// From what the members plan to the prices that they can expect, as a pure function of plans, tariff and the outlook before: whoever has them gets the same.
/// </summary>
/// <remarks>
/// One step of a tâtonnement a gate: homes plan by the outlook, tell what they plan as a function of the price of each period, and the outlook goes
/// half of the way to where these functions meet. Half, because all homes answer the same prices: the full way would move all of them at once, and
/// back again. Nobody gains by a wrong plan for certain, and nothing is traded at these prices.
/// </remarks>
public static class IndicativeClearing
{
    /// <summary>The next outlook.</summary>
    /// <param name="before">The one that the plans were made by; null at the start, or where it is over.</param>
    /// <param name="first">The first period of the next.</param>
    /// <param name="length">Its periods, positive.</param>
    /// <param name="plans">One a member, in any order, sound.</param>
    /// <param name="tariff">The supplier, who takes and gives at its prices whatever the members do not.</param>
    /// <param name="grid">Length of a period.</param>
    /// <returns>Null where there are no plans.</returns>
    public static PriceOutlook? Next(
        PriceOutlook? before, Period first, int length, IReadOnlyCollection<MemberPlan> plans, SupplierTariff tariff, PeriodGrid grid)
    {
        if (plans.Count == 0)
        {
            return null;
        }

        var known = before is not null && before.First <= first && first.Index - before.First.Index < before.Prices.Length ? before.From(first, length, grid) : null;
        var prices = new Price[length];
        for (var t = 0; t < length; t++)
        {
            var period = new Period(first.Index + t);
            var met = Meet(plans.Select(plan => plan.At(period)).OfType<PlannedDemand>().ToList(), tariff.At(period));
            prices[t] = known is null ? met : new Price((known.Prices[t].MicroEurPerKWh + met.MicroEurPerKWh) >> 1);
        }

        return new PriceOutlook(first, [.. prices]);
    }

    /// <summary>
    /// The highest price, from what the supplier asks down to what it gives, at which the members together would take energy; where there is none, what the
    /// supplier gives.
    /// </summary>
    public static Price Meet(IReadOnlyCollection<PlannedDemand> demands, SupplierPrices supplier)
    {
        var (net, import) = (Energy.Zero, Price.Max(supplier.Import, supplier.Export));
        var below = new List<Step>();
        foreach (var demand in demands)
        {
            net += demand.At(import);
            below.AddRange(demand.Steps.Where(step => step.Price < import && step.Price > supplier.Export));
        }

        if (net > Energy.Zero)
        {
            return import;
        }

        below.Sort(static (a, b) => b.Price.CompareTo(a.Price));
        foreach (var step in below)
        {
            net += step.Energy;
            if (net > Energy.Zero)
            {
                return step.Price;
            }
        }

        return supplier.Export;
    }
}
