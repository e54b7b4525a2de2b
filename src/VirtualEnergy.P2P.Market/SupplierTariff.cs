using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market;

/// <summary>What the supplier asks and gives in one period, µEUR/kWh.</summary>
/// <param name="Import">What a home pays for energy from the supplier, network charges and levies included.</param>
/// <param name="Export">What a home gets for energy fed in.</param>
public readonly record struct SupplierPrices(Price Import, Price Export)
{
    /// <summary>What a home pays for a net energy: + taken, − fed in. Negative where it gets money.</summary>
    public Money CostOf(Energy net) => net > Energy.Zero ? Import.Of(net) : -Export.Of(-net);
}

/// <summary>
/// A supplier's prices over time: a series, or a rule. Outside a series' span, the same time of day of the nearest day inside counts.
/// </summary>
public sealed class SupplierTariff
{
    private readonly Func<Period, SupplierPrices>? _rule;
    private readonly Period _first;
    private readonly ImmutableArray<SupplierPrices> _prices;

    /// <param name="first">The period of the first entry.</param>
    /// <param name="prices">One entry a period, at least one; a single entry is a flat tariff.</param>
    public SupplierTariff(Period first, ImmutableArray<SupplierPrices> prices)
    {
        if (prices.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A tariff needs at least one entry.", nameof(prices));
        }

        _first = first;
        _prices = prices;
    }

    private SupplierTariff(Func<Period, SupplierPrices> rule)
    {
        _rule = rule;
        _prices = [];
    }

    /// <summary>Prices that follow from the period alone, as those of time bands do.</summary>
    /// <param name="rule">The same answer for the same period at all times; asked from any thread.</param>
    public static SupplierTariff ByRule(Func<Period, SupplierPrices> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new SupplierTariff(rule);
    }

    public static SupplierTariff Flat(Price import, Price export) => new(default, [new SupplierPrices(import, export)]);

    public SupplierPrices At(Period period)
    {
        const int PeriodsADay = 96;
        if (_rule is not null)
        {
            return _rule(period);
        }

        var index = period.Index - _first.Index;
        if (index >= 0 && index < _prices.Length)
        {
            return _prices[(int)index];
        }

        var span = _prices.Length >= PeriodsADay ? PeriodsADay : _prices.Length;
        var start = index < 0 ? 0 : _prices.Length - span;
        return _prices[start + (int)(((index - start) % span + span) % span)];
    }
}
