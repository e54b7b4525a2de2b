using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>A member's line over all periods of a statement.</summary>
public sealed record MemberTotal(MemberId Member, int Periods, Energy Assigned, Energy Delivered, Money Payment, Money Charge)
{
    /// <summary>+ to the member.</summary>
    public Money Net => Payment - Charge;
}

/// <summary>What a unit earned and who gets it, over any number of settled periods.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Periods">In order of time; a period may come once up and once down.</param>
/// <param name="Members">In the order of their names.</param>
/// <param name="Ordered">Σ of the periods.</param>
/// <param name="Paid">Σ of the periods.</param>
/// <param name="Cash">Σ of the operator's cash.</param>
/// <param name="Fee">Σ of the provider's fees.</param>
/// <param name="ProviderCharge">Σ of the provider's part of charges.</param>
public sealed record SettlementStatement(
    UnitId Unit,
    ImmutableArray<PeriodSettlement> Periods,
    ImmutableArray<MemberTotal> Members,
    Energy Ordered,
    Energy Paid,
    OperatorCash Cash,
    Money Fee,
    Money ProviderCharge)
{
    /// <summary>+ to the provider.</summary>
    public Money ProviderNet => Fee - ProviderCharge;

    /// <summary>Adds up settled periods of one unit.</summary>
    /// <exception cref="ArgumentException">A period is another unit's.</exception>
    public static SettlementStatement Of(UnitId unit, IEnumerable<PeriodSettlement> settled)
    {
        ImmutableArray<PeriodSettlement> periods = [.. settled.OrderBy(period => period.Period).ThenBy(period => period.Direction)];
        if (periods.FirstOrDefault(period => period.Unit != unit) is { } foreign)
        {
            throw new ArgumentException($"Period {foreign.Period} is of unit {foreign.Unit}, not {unit}.", nameof(settled));
        }

        var members = periods.SelectMany(period => period.Points.Select(point => (period.Period, Point: point))).GroupBy(line => line.Point.Member)
            .OrderBy(group => group.Key)
            .Select(group => new MemberTotal(
                group.Key,
                group.Select(line => line.Period).Distinct().Count(),
                new Energy(group.Sum(line => line.Point.Assigned.WattHours)),
                new Energy(group.Sum(line => line.Point.Delivered.WattHours)),
                new Money(group.Sum(line => line.Point.Payment.MicroEur)),
                new Money(group.Sum(line => line.Point.Charge.MicroEur))));
        return new SettlementStatement(
            unit,
            periods,
            [.. members],
            new Energy(periods.Sum(period => period.Figures.Ordered.WattHours)),
            new Energy(periods.Sum(period => period.Figures.Paid.WattHours)),
            new OperatorCash(
                new Money(periods.Sum(period => period.Cash.Payment.MicroEur)), new Money(periods.Sum(period => period.Cash.Charge.MicroEur))),
            new Money(periods.Sum(period => period.Fee.MicroEur)),
            new Money(periods.Sum(period => period.ProviderCharge.MicroEur)));
    }

    /// <summary>
    /// The money that moves when the operator's cash came in to the provider: + to whom it goes. Adds up to the operator's net cash, and so
    /// with the provider's cash account on the other side to zero.
    /// </summary>
    /// <param name="provider">The provider's own account, which gets fees and bears its charges.</param>
    public ImmutableArray<(MemberId Member, Money Amount)> Deltas(MemberId provider) =>
        [.. Members.Select(member => (member.Member, member.Net)).Append((Member: provider, Net: ProviderNet))
            .GroupBy(delta => delta.Member).OrderBy(group => group.Key)
            .Select(group => (group.Key, new Money(group.Sum(delta => delta.Net.MicroEur))))];
}
