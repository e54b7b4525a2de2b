using System.Collections.Immutable;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The judge at an address, <c>contracts/FraudProofs.sol</c>: takes evidence against a settled period. One serves every escrow of a chain.
/// </summary>
/// <remarks>
/// Evidence that shows nothing wrong throws <see cref="EthereumRevertException"/> with the name <c>NoFraud</c>, where the client knows
/// <see cref="Errors"/>. Evidence that holds freezes the escrow, and half of the operator's bond is the sender's. Everywhere the sender pays
/// the gas, the round is what the operator committed to, and cancelling stops the waiting.
/// </remarks>
public sealed partial class FraudProofsContract(Address address)
{
    private static readonly ContractArtifact Artifact = ContractArtifact.Embedded("FraudProofs");

    public Address Address { get; } = address;

    /// <summary>What evidence can be refused for.</summary>
    public static ImmutableArray<AbiError> Errors => Artifact.Errors;

    /// <summary>Creates a new judge and waits until it is there.</summary>
    public static async Task<FraudProofsContract> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode], cancellationToken);
        return new FraudProofsContract(receipt.ContractAddress!.Value);
    }

    private Task<TransactionReceipt> ProveAsync(
        TransactionSender sender, AbiFunction function, SettledRound round, object[] evidence, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, function.Encode([round.Escrow, EvidenceWords.Of(round.Settled), .. evidence]), cancellationToken);
}
