using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>The exchange's answer to one meter reading. A taken one is durable, and signed by the exchange over (reading, member, period, number).</summary>
/// <param name="Reading">EIP-712 hash of the reading; all zero when the payload could not be read.</param>
/// <param name="Reason">Stable code of the refusal; null when taken.</param>
/// <param name="Signature">65 bytes when taken, else empty.</param>
public sealed record ReadingReceipt(MemberId Member, Period Period, long Number, Hash256 Reading, string? Reason, ImmutableArray<byte> Signature)
{
    public bool Equals(ReadingReceipt? other) =>
        other is not null && Member == other.Member && Period == other.Period && Number == other.Number && Reading == other.Reading
        && Reason == other.Reason && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Period, Number, Reading, Reason);
}

/// <summary>A member does not accept a reading of hers (signed by her), or the operator lets it count after all (signed by the exchange).</summary>
/// <param name="Number">The reading's number.</param>
/// <param name="Dismisses">True for the operator's dismissal of the dispute.</param>
public sealed record DisputeMessage(MemberId Member, Period Period, long Number, bool Dismisses, ImmutableArray<byte> Signature)
{
    public bool Equals(DisputeMessage? other) =>
        other is not null && Member == other.Member && Period == other.Period && Number == other.Number && Dismisses == other.Dismisses
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Period, Number, Dismisses);
}

/// <summary>Where a metered energy comes from: a signed reading, or an estimate.</summary>
/// <param name="Reading">Null for an estimate.</param>
/// <param name="EstimatedFromDays">How many earlier days' readings the estimate is the mean of; 0 where she was taken to have used what she traded.</param>
/// <param name="IsDisputed">The estimate stands in for a reading that the member disputes.</param>
public readonly record struct MeteredSource(MeterReading? Reading, int EstimatedFromDays, bool IsDisputed);

/// <summary>A member's position of a metered period, and where it comes from.</summary>
/// <param name="Settled">With what was carried, less what her funds do not reach.</param>
/// <param name="Unfunded">By how much less was carried because her funds do not reach further. Wh, signed as the deviation.</param>
public readonly record struct PublishedPosition(SettledPosition Settled, Energy Unfunded, MeteredSource Source);

/// <summary>What was carried into the period, and where the new number comes from.</summary>
public readonly record struct PublishedCorrection(Correction Correction, MeteredSource Source);

/// <summary>
/// A metered period as it was settled, with all that recomputing it takes beside the round's trades and earlier periods' readings: the balancing trades and
/// everybody's money follow from it.
/// </summary>
/// <param name="Positions">One a member, by member.</param>
/// <param name="Corrections">By member and period; a member's sum, less what is unfunded, is what was carried.</param>
/// <param name="MeterRoot">What the chain keeps.</param>
public sealed record DeviationResult(
    Period Period, ImbalancePrices Prices, ImmutableArray<PublishedPosition> Positions, ImmutableArray<PublishedCorrection> Corrections, Hash256 MeterRoot)
{
    public bool Equals(DeviationResult? other) =>
        other is not null && Period == other.Period && Prices == other.Prices && MeterRoot == other.MeterRoot
        && Positions.AsSpan().SequenceEqual(other.Positions.AsSpan()) && Corrections.AsSpan().SequenceEqual(other.Corrections.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Period, Prices, MeterRoot, Positions.Length);

    /// <summary>The period again, computed from the positions: trades, money, totals.</summary>
    /// <param name="accounts">Who gets the spread.</param>
    public SettledDeviations Recompute(MoneyAccounts accounts) =>
        DeviationCalculator.Settle(Positions.Select(position => position.Settled.Position), Prices, accounts);
}

/// <summary>A metered period as the exchange's <c>/api/deviations/{period}</c> answers it: the result, and what is said to follow from it.</summary>
/// <param name="Trades">The balancing trades.</param>
/// <param name="Deltas">Net money per member and account, + received.</param>
public sealed record PublishedDeviations(DeviationResult Result, ImmutableArray<Trade> Trades, ImmutableArray<MemberDelta> Deltas);
