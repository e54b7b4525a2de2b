using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>Who adds a round's payments up.</summary>
public enum SettlementMode
{
    /// <summary>The exchange: net money of each member, packed. The least gas.</summary>
    Packed,

    /// <summary>The contract: every payment is in the call data. A batch that has more of them than a transaction can carry goes packed; in one piece, the commitment is the same.</summary>
    Verified,
}

/// <summary>How rounds are settled on the chain.</summary>
public sealed record SettlementOptions
{
    /// <summary>Balances move in every so many periods, roots go to the chain in each; the contract has it fixed. Null takes the contract's; another than its is refused.</summary>
    public int? PeriodsPerBatch { get; init; }

    public SettlementMode Mode { get; init; } = SettlementMode.Packed;

    /// <summary>A batch that would take more gas than this is settled by parts: at most 2^24, and at least what a part of one word takes.</summary>
    public ulong MostGas { get; init; } = SettlementGas.Default;

    /// <summary>A batch counts as final with so many blocks on it, its own included.</summary>
    public int FinalBlocks { get; init; } = 64;

    /// <summary>What transactions offer, and when a stuck one is replaced.</summary>
    public FeePolicy Fees { get; init; } = new();
}
