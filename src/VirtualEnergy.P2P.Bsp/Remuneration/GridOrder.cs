using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>A grid operator's order as it was agreed after delivery: one price for all of its periods, and one penalty.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Ordered">Of each period the power, W against the program, + consumption; none is zero.</param>
/// <param name="Price">What the operator pays.</param>
/// <param name="Penalty">What it withholds, 0 or more.</param>
public sealed record GridOrder(UnitId Unit, ImmutableSortedDictionary<Period, long> Ordered, Money Price, Money Penalty)
{
    /// <summary>
    /// The order as one period to settle, from its first on: what each point was told, should have taken and took, added up over its periods. An order both ways makes two, and price and penalty go to them by
    /// ordered energy.
    /// </summary>
    /// <param name="deliveries">What points did in a period; empty where nothing is known, as when nothing ran.</param>
    public ImmutableArray<UnitPeriod> Periods(PeriodGrid grid, Func<Period, RegulationDirection, ImmutableArray<PointDelivery>> deliveries)
    {
        var ways = Ordered.GroupBy(period => period.Value < 0 ? RegulationDirection.Up : RegulationDirection.Down).OrderBy(way => way.First().Key).ToList();
        var settled = ImmutableArray.CreateBuilder<UnitPeriod>(ways.Count);
        var (whole, price, penalty) = (Energy(Ordered.Values, grid), Price, Penalty);
        foreach (var way in ways)
        {
            // The last takes what is left, so that nothing is lost to rounding.
            var energy = Energy(way.Select(period => period.Value), grid);
            var cash = way == ways[^1] ? new OperatorCash(price, penalty) : new OperatorCash(Part(Price, energy, whole), Part(Penalty, energy, whole));
            (price, penalty) = (price - cash.Payment, penalty - cash.Charge);
            settled.Add(new UnitPeriod(
                Unit, way.Min(period => period.Key), way.Key, [new OrderedEnergy(energy, default)],
                [.. way.SelectMany(period => deliveries(period.Key, way.Key)).GroupBy(point => point.Point).OrderBy(point => point.Key).Select(Sum)], cash)
            {
                Buyer = OrderingOperator.GridOperator,
            });
        }

        return settled.ToImmutable();
    }

    // A period that was not read delivered nothing: its baseline stands in. Asks are weighted by what was told.
    private static PointDelivery Sum(IGrouping<PodCode, PointDelivery> point)
    {
        var (first, told) = (point.First(), point.Sum(period => period.Assigned.WattHours));
        var ask = told == 0 ? (Int128)first.Ask.MicroEurPerKWh : point.Aggregate((Int128)0, (sum, period) => sum + (Int128)period.Ask.MicroEurPerKWh * period.Assigned.WattHours) / told;
        return new PointDelivery(
            point.Key, first.Member, new Energy(point.Sum(period => period.Baseline.WattHours)),
            point.All(period => period.Measured is null) ? null : new Energy(point.Sum(period => (period.Measured ?? period.Baseline).WattHours)), new Energy(told), new Price((long)ask));
    }

    private static Energy Energy(IEnumerable<long> watts, PeriodGrid grid) => new(watts.Sum(Math.Abs) * grid.LengthSeconds / 3_600);

    private static Money Part(Money of, Energy energy, Energy whole) => whole.WattHours == 0 ? Money.Zero : new Money((long)((Int128)of.MicroEur * energy.WattHours / whole.WattHours));
}
