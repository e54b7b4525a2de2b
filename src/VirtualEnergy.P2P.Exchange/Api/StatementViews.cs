using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>
/// A member's account, entry by entry in the order of the chain: opening balance + all amounts = closing balance, and the closing balance of a statement that goes up to
/// now is the chain's. µEUR, + received.
/// </summary>
/// <param name="From">First period shown; null from the beginning.</param>
/// <param name="To">Last period shown; null up to now.</param>
/// <param name="ClosingMicroEur">After the last entry that the chain has.</param>
/// <param name="Block">The block up to which the chain was read.</param>
/// <param name="ChainMicroEur">The balance on the chain after that block.</param>
/// <param name="PendingMicroEur">What the entries will do whose money the chain has not moved yet: closing + pending is what she has when it has moved all of it.</param>
/// <param name="CommittedMicroEur">Of that what is of rounds whose roots the chain has: their money moves with a later period.</param>
/// <param name="SupplierMicroEur">What the periods shown cost her with her supplier, beside this account: + she pays.</param>
public sealed record StatementView(
    string Member, string Name, long? From, long? To, long OpeningMicroEur, ImmutableArray<StatementEntryView> Entries, long ClosingMicroEur, ulong Block,
    long ChainMicroEur, long PendingMicroEur, long CommittedMicroEur, long SupplierMicroEur);

/// <param name="Kind"><c>trades</c>, <c>deviation</c>, <c>deposit</c>, <c>withdrawal</c>, <c>withdrawal-cancelled</c>, <c>withdrawal-reduced</c>, <c>paid</c>, <c>rolled-back</c> or <c>deviation-rolled-back</c>.</param>
/// <param name="Period">Traded or metered; of money that came or went the last period settled before.</param>
/// <param name="AmountMicroEur">What it does to the balance.</param>
/// <param name="BalanceMicroEur">The balance after it; of a pending entry what it will be.</param>
/// <param name="State"><c>settled</c>: the chain has moved its money. <c>committed</c>: it has the round's roots, and the money moves with <c>movesWith</c>. <c>pending</c>: it has neither.</param>
/// <param name="Block">Where its money moved; null while it has not.</param>
public sealed record StatementEntryView(
    string Kind, long Period, DateTimeOffset DeliveryStart, long AmountMicroEur, long BalanceMicroEur, string State, ulong? Block, string? Transaction)
{
    /// <summary>Of what is committed: the period with which its money moves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MovesWith { get; init; }

    /// <summary>Of trades.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TradedView? Traded { get; init; }

    /// <summary>Of a deviation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MeteredView? Metered { get; init; }
}

/// <param name="FeesMicroEur">Of what she paid: grid fees, spreads and charges.</param>
public sealed record TradedView(long BoughtWh, long SoldWh, long FeesMicroEur);

/// <param name="Position">Her position.</param>
/// <param name="Corrections">Of earlier periods, carried into this one.</param>
/// <param name="SupplierMicroEur">What the supplier's part costs her at contract prices, + she pays; null where nobody knows the tariff.</param>
public sealed record MeteredView(PositionView Position, ImmutableArray<CorrectionView> Corrections, long? SupplierMicroEur);
