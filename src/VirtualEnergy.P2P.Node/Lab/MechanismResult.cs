using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>A whole replay under one mechanism, or with the supplier alone.</summary>
/// <param name="Kind">The mechanism; null for the supplier alone.</param>
/// <param name="Periods">In order, one for each period of the span.</param>
/// <param name="Members">In the community's order.</param>
/// <param name="WallTime">How long it took. In no report: reports are the same on every run.</param>
public sealed record MechanismResult(
    MechanismKind? Kind, ImmutableArray<PeriodResult> Periods, ImmutableArray<MemberResult> Members, TimeSpan WallTime)
{
    /// <summary>The baseline's name.</summary>
    public const string SupplierOnly = "supplier-only";

    /// <summary>The mechanism's stable name, or <see cref="SupplierOnly"/>.</summary>
    public string Name => Kind?.Code() ?? SupplierOnly;
}

/// <summary>A plan and what came of it.</summary>
/// <param name="Plan">What was replayed.</param>
/// <param name="Baseline">The same homes with their supplier and without a market.</param>
/// <param name="Mechanisms">In the plan's order.</param>
public sealed record LabResult(LabPlan Plan, MechanismResult Baseline, ImmutableArray<MechanismResult> Mechanisms)
{
    /// <summary>The baseline first, then the mechanisms.</summary>
    public IEnumerable<MechanismResult> All => Mechanisms.Prepend(Baseline);
}
