using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>What a member plans for the coming periods, one after the other.</summary>
/// <param name="Member">Whose plan it is.</param>
/// <param name="First">The first period that it speaks of.</param>
/// <param name="Demands">One a period; a period beyond the last is one in which nothing is planned.</param>
public sealed record MemberPlan(MemberId Member, Period First, ImmutableArray<PlannedDemand> Demands)
{
    /// <summary>Five days of quarters of an hour.</summary>
    public const int MostPeriods = 480;

    /// <summary>Whether it can be counted: at most <see cref="MostPeriods"/> periods, each within the member's connection and the market's prices.</summary>
    /// <param name="limit">Most energy that the member's connection carries each way in a period, Wh.</param>
    /// <param name="rules">Floor and cap.</param>
    public bool IsSound(Energy limit, MarketRules rules) =>
        !Demands.IsDefaultOrEmpty && Demands.Length <= MostPeriods && Demands.All(demand => demand.IsSound(limit, rules));

    /// <summary>What is planned for a period; nothing where the plan does not reach.</summary>
    public PlannedDemand? At(Period period)
    {
        var index = period.Index - First.Index;
        return index >= 0 && index < Demands.Length ? Demands[(int)index] : null;
    }

    public bool Equals(MemberPlan? other) =>
        other is not null && Member == other.Member && First == other.First && Demands.AsSpan().SequenceEqual(other.Demands.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, First, Demands.IsDefault ? 0 : Demands.Length);
}
