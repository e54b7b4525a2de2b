using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Watching;

/// <summary>What a node needs so that it can audit rounds by itself.</summary>
/// <param name="Rpc">An Ethereum node that the member trusts, best her own.</param>
/// <param name="Contract">The escrow that her money is in.</param>
/// <param name="Exchange">Where rounds are published.</param>
public sealed record WatchSettings(Uri Rpc, Address Contract, Uri Exchange)
{
    /// <summary>Bring proofs to the judge, roll back, and leave, by the member's own key, which then needs some ether.</summary>
    public bool Challenges { get; init; }

    /// <summary>File of the receipts, so that a restart forgets none; null keeps them in memory.</summary>
    public string? Receipts { get; init; }

    /// <summary>
    /// How long a settled round may be missing at the exchange before it is demanded on the chain; null is an eighth of the time for challenges, in
    /// whose first half demands are taken. Exchanges are restarted, and a demand has its price.
    /// </summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Between two looks at the chain, and two tries of what is not due yet.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);
}
