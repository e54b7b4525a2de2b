using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Brings a piece of evidence to the judge. The sender pays the gas.</summary>
/// <exception cref="EthereumRevertException">The judge sees nothing wrong in it, or it is too late; nothing was sent.</exception>
public delegate Task<TransactionReceipt> BringEvidence(FraudProofsContract judge, TransactionSender sender, SettledRound round, CancellationToken cancellation);

/// <summary>What shows a fraud on the chain.</summary>
/// <param name="Proof">The judge's function, as docs/contract.md and the interfaces name it.</param>
/// <param name="About">The part of the round that it is about, for people.</param>
public sealed record FraudEvidence(string Proof, string About)
{
    /// <summary>The name of what is not evidence yet: data that the operator must show on the chain, or lose his bond.</summary>
    public const string Demand = "demandHeads";

    private readonly BringEvidence? _bring;

    public FraudEvidence(string proof, string about, BringEvidence bring)
        : this(proof, about) => _bring = bring;

    /// <summary>Whether the judge can be asked at once; otherwise data are demanded first.</summary>
    public bool IsProof => _bring is not null;

    /// <inheritdoc cref="BringEvidence"/>
    public Task<TransactionReceipt> BringAsync(FraudProofsContract judge, TransactionSender sender, SettledRound round, CancellationToken cancellation) =>
        (_bring ?? throw new InvalidOperationException($"{Proof} is no proof."))(judge, sender, round, cancellation);

    /// <summary>What is published is not what was committed to: only the operator can show what was.</summary>
    public static FraudEvidence Withheld(string about) => new(Demand, about);
}
