using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>A member's bid and its 65-byte signature (r, s, v). The receiver computes the hash itself.</summary>
public sealed record BidMessage(Bid Bid, ImmutableArray<byte> Signature)
{
    public bool Equals(BidMessage? other) =>
        other is not null && Bid == other.Bid && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => Bid.GetHashCode();
}

/// <summary>
/// The exchange's answer to one bid. An accepted one is signed by the exchange over (bid, member, period, number), together with others,
/// and the bid was durable before it was sent. Twice the same receipt says the same: match it to the bid by hash, or by number.
/// </summary>
/// <param name="BidHash">Hash of the bid; all zero when the payload could not be read.</param>
/// <param name="Reason">Stable code of the refusal; null when accepted.</param>
/// <param name="Detail">What is wrong and where, for people.</param>
/// <param name="Signature">65 bytes when accepted, else empty.</param>
public sealed record BidReceipt(
    MemberId Member, Period Period, long Number, Hash256 BidHash, bool Accepted, string? Reason, string? Detail, ImmutableArray<byte> Signature)
{
    /// <summary>The receipt's place among those that the signature is for.</summary>
    public int Place { get; init; }

    /// <summary>The siblings from its place up to the root that is signed; none where it was signed alone.</summary>
    public ImmutableArray<Hash256> Path { get; init; } = [];

    public bool Equals(BidReceipt? other) =>
        other is not null && Member == other.Member && Period == other.Period && Number == other.Number && BidHash == other.BidHash
        && Accepted == other.Accepted && Reason == other.Reason && Detail == other.Detail && Place == other.Place
        && Path.AsSpan().SequenceEqual(other.Path.AsSpan())
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Period, Number, BidHash, Accepted);
}

/// <summary>What a node must know before it can bid: whom to sign for and by which rules.</summary>
/// <param name="Contract">Address of the settlement contract: the verifying contract of every signature.</param>
/// <param name="Exchange">Address whose signature a receipt bears.</param>
public sealed record MarketDescription(string Community, ulong ChainId, string Contract, string Exchange, MarketRules Rules);

/// <summary>A gate is open: bids for the period are taken until it closes.</summary>
public sealed record RoundAnnouncement(Period Period, DateTimeOffset DeliveryStart, DateTimeOffset GateClosesAt)
{
    /// <summary>Binds the exchange to the seed that the result will reveal; null where the mechanism draws no lots.</summary>
    public Hash256? SeedCommitment { get; init; }
}

/// <summary>What a round came to; everyone can recompute it from the bids behind the roots.</summary>
/// <param name="Price">µEUR/kWh; null when nothing traded.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Bids">How many bids counted.</param>
public sealed record RoundResult(
    Period Period, Price? Price, Energy Volume, int Bids, ImmutableArray<Trade> Trades, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 RoundHash)
{
    /// <summary>What members pay to the community beside their trades.</summary>
    public ImmutableArray<Charge> Charges { get; init; } = [];

    /// <summary>What the announcement's commitment was for; null where the mechanism draws no lots.</summary>
    public Hash256? Seed { get; init; }

    /// <summary>Whether the exchange waits for what homes tell of the period as it runs, and sends a signal by which they balance it.</summary>
    public bool Balances { get; init; }

    public bool Equals(RoundResult? other) =>
        other is not null && Period == other.Period && Price == other.Price && Volume == other.Volume && Bids == other.Bids
        && BidsRoot == other.BidsRoot && TradesRoot == other.TradesRoot && RoundHash == other.RoundHash && Seed == other.Seed && Balances == other.Balances
        && Trades.AsSpan().SequenceEqual(other.Trades.AsSpan()) && Charges.AsSpan().SequenceEqual(other.Charges.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Period, Price, Volume, Bids, RoundHash);
}

/// <summary>What a home's meters counted in one period, signed by the meter's key. Wh, none negative.</summary>
/// <param name="Number">Of a member's readings of a period the one with the highest number counts: it corrects the others.</param>
/// <param name="Import">Taken from the grid.</param>
/// <param name="Export">Fed into the grid.</param>
/// <param name="Production">Made behind the meter, whether used there or fed in.</param>
/// <param name="Charge">Taken by the battery, wherever it came from.</param>
/// <param name="Discharge">Given by the battery, wherever it went.</param>
public sealed record MeterReading(
    MemberId Member, Period Period, long Number, Energy Import, Energy Export, Energy Production, Energy Charge, Energy Discharge,
    ImmutableArray<byte> Signature)
{
    /// <summary>+ taken from the grid, − fed into it.</summary>
    public Energy Net => Import - Export;

    /// <summary>What the home used: production + import − export + discharge − charge. Negative only in an impossible reading.</summary>
    /// <exception cref="OverflowException">Energies that no connection carries.</exception>
    public Energy Consumption => Production + Import - Export + Discharge - Charge;

    public bool Equals(MeterReading? other) =>
        other is not null && Member == other.Member && Period == other.Period && Number == other.Number && Import == other.Import && Export == other.Export
        && Production == other.Production && Charge == other.Charge && Discharge == other.Discharge
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Period, Number, Import, Export, Production, Charge, Discharge);
}

/// <summary>Whether a node is there. Not signed: for show, never a reason to act.</summary>
public sealed record NodeStatus(MemberId Member, bool Online, string? Name, string? Version)
{
    /// <summary>What its audit has come to; null where it audits nothing, or has not yet.</summary>
    public NodeAudit? Audit { get; init; }
}

/// <summary>What a node's audit has come to since it was started.</summary>
/// <param name="Period">The last period that was looked at.</param>
/// <param name="Difference">What did not hold first, as the code of a check (docs/audit.md); null where everything did.</param>
public readonly record struct NodeAudit(Period Period, string? Difference);
