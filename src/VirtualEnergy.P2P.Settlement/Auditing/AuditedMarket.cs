using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What an auditor knows of a market before she looks at a round: whom its signatures are for, and the rules.</summary>
/// <param name="Domain">The chain and the escrow that every signature is bound to.</param>
/// <param name="Rules">By which rounds are cleared; hearsay until their hash is the escrow's.</param>
public sealed record AuditedMarket(MarketDomain Domain, MarketRules Rules)
{
    public CommittedRules Committed { get; } = CommittedRules.Of(Rules);

    public BidSigning Bids { get; } = new(Domain);

    /// <summary>Whoever signed in a round before is checked faster in the next.</summary>
    public KnownSigners Signers { get; } = new();

    public Address Escrow => Domain.Contract;

    /// <summary>Whether an escrow was deployed with these rules.</summary>
    /// <param name="kept">The hash that it keeps; zero where it was deployed with none to be held to.</param>
    public bool IsAgreed(Hash256 kept) => kept == default || kept == Committed.Hash;
}
