using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>Whose journal a file is. It never changes: another contract needs another file.</summary>
public sealed record JournalIdentity(string Community, ulong ChainId, string Contract);

/// <summary>An admitted bid with the receipt that the exchange signed for it.</summary>
public sealed record JournalledBid(SignedBid Signed, BidReceipt Receipt);

/// <summary>A mandate that was taken, with the receipt that the exchange signed for it.</summary>
public sealed record JournalledMandate(MandateMessage Message, MandateReceipt Receipt)
{
    public Mandate Mandate => Message.Mandate;
}

/// <summary>A cleared round as it was published. Trades in canonical order; deltas follow from them.</summary>
/// <param name="Bids">How many bids counted.</param>
/// <param name="Supplier">The supplier's prices of the period, where the community has a tariff.</param>
public sealed record JournalledRound(
    Period Period, Price? Price, PriceInterval? Interval, Energy Volume, int Bids, ImmutableArray<Trade> Trades,
    Hash256 BidsRoot, Hash256 TradesRoot, Hash256 RoundHash, SupplierPrices? Supplier)
{
    /// <summary>What members paid to the community beside their trades.</summary>
    public ImmutableArray<Charge> Charges { get; init; } = [];

    /// <summary>Where fees, spreads and charges went.</summary>
    public MoneyAccounts Accounts { get; init; }

    /// <summary>The chance that the round was cleared with; null where its mechanism draws no lots.</summary>
    public Hash256? Seed { get; init; }

    /// <summary>Net money per member and account, by member; sums to zero.</summary>
    public ImmutableArray<MemberDelta> Deltas() => Netting.DeltasOf(Trades, Charges, Accounts);

    /// <summary>What it settles on the chain.</summary>
    public SettlementBatch Batch() => new(Period, BidsRoot, TradesRoot, Deltas());

    /// <summary>The message that tells everyone.</summary>
    public RoundResult Result() => new(Period, Price, Volume, Bids, Trades, BidsRoot, TradesRoot, RoundHash) { Charges = Charges, Seed = Seed };
}
