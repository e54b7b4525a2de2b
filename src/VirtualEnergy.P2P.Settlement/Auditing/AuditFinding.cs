using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What an audit looks at, in the order in which it looks: the first difference is named, what follows from it is not.</summary>
public enum AuditCheck
{
    /// <summary>The market's rules are those that the escrow was deployed with.</summary>
    Rules,

    /// <summary>The round can be had at all.</summary>
    Published,

    /// <summary>The escrow's log and its ring say the same.</summary>
    Commitment,

    /// <summary>The bids are those that the chain has the root of.</summary>
    BidsRoot,

    /// <summary>Bids ascend by member, one each.</summary>
    BidOrder,

    /// <summary>Each bid has the hash that is said of it and is signed by its member.</summary>
    BidSignature,

    /// <summary>Whoever bids is a member.</summary>
    Membership,

    /// <summary>A bid for which the auditor has a receipt is there, or a later one.</summary>
    Receipt,

    /// <summary>The trades, with the margins of the bids, are those that the chain has the root of.</summary>
    TradesRoot,

    /// <summary>The price follows from the bids.</summary>
    Price,

    /// <summary>So does the competitive interval.</summary>
    Interval,

    /// <summary>So does the volume.</summary>
    Volume,

    /// <summary>So do the trades, one by one: who, how much, at which price, with which fees.</summary>
    Trades,

    /// <summary>So do the charges.</summary>
    Charges,

    /// <summary>So does everyone's net money.</summary>
    Deltas,

    /// <summary>Balances on the chain moved by just that.</summary>
    ChainDeltas,

    /// <summary>The roots that were published.</summary>
    Roots,

    /// <summary>The round's hash.</summary>
    RoundHash,

    /// <summary>No bid trades what its home has promised to somebody else.</summary>
    Promise,

    /// <summary>Members were told the same as was published.</summary>
    Told,

    /// <summary>The published positions and balancing trades of a metered period are those that the chain has the root of.</summary>
    MeterRoot,

    /// <summary>Positions ascend by member, one each, and can be computed with.</summary>
    Positions,

    /// <summary>Each reading is signed by its member's meter.</summary>
    ReadingSignature,

    /// <summary>What counted as metered is what the reading says.</summary>
    Reading,

    /// <summary>Nobody is estimated whose reading the exchange has acknowledged, and an estimate without earlier days is what was traded.</summary>
    Estimate,

    /// <summary>What is carried from earlier periods is what they turned out to be more, by signed readings and by what was settled before.</summary>
    Carried,

    /// <summary>What counted as traded is what the round came to.</summary>
    Traded,

    /// <summary>The prices of balancing energy follow from the round's price and the rules.</summary>
    BalancingPrices,

    /// <summary>The part of each deviation that the community balances follows from all deviations.</summary>
    Shares,

    /// <summary>Balances are what they were, and all that happened to them.</summary>
    Balances,
}

/// <summary>The first difference that an audit found.</summary>
/// <param name="Period">Of the round.</param>
/// <param name="Check">What does not hold.</param>
/// <param name="What">What it is about, for people: "the price", "bid 3, of 0xab…".</param>
/// <param name="Said">What the exchange, or the chain, says.</param>
/// <param name="Follows">What follows from the bids.</param>
public sealed record AuditFinding(Period Period, AuditCheck Check, string What, string Said, string Follows)
{
    /// <summary>What shows it on the chain; null where nothing does.</summary>
    public FraudEvidence? Evidence { get; init; }

    /// <summary>The name of <see cref="Check"/> in answers for machines.</summary>
    public string Code => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(Check.ToString());

    public override string ToString() => $"Period {Period}, {What}: {Said}; {Follows}.";
}
