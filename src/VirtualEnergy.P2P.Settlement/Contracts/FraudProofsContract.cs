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

    private static readonly AbiFunction Constructor = new("constructor(address clearing, address metered)");
    private static readonly AbiFunction Clearing = new("clearing()", "address");
    private static readonly AbiFunction Metered = new("metered()", "address");

    public Address Address { get; } = address;

    /// <summary>What evidence can be refused for, by the judge or an expert.</summary>
    public static ImmutableArray<AbiError> Errors { get; } =
        [.. Artifact.Errors.Concat(ClearingProofsContract.Errors).Concat(MeteredProofsContract.Errors).DistinctBy(error => error.CanonicalSignature)];

    /// <summary>Creates a new judge with new experts and waits until they are there.</summary>
    public static async Task<FraudProofsContract> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var clearing = await ClearingProofsContract.DeployAsync(sender, cancellationToken);
        var metered = await MeteredProofsContract.DeployAsync(sender, cancellationToken);
        var receipt = await sender.SendAndConfirmAsync(
            null, [.. Artifact.CreationCode, .. Constructor.EncodeArguments([clearing.Address, metered.Address])], cancellationToken);
        return new FraudProofsContract(receipt.ContractAddress!.Value);
    }

    /// <summary>The judge's expert for the one price.</summary>
    public async Task<ClearingProofsContract> ClearingAsync(IEthereumClient client, CancellationToken cancellationToken) =>
        new((Address)Clearing.DecodeResult(await client.CallAsync(Address, Clearing.Encode(), cancellationToken))[0]);

    /// <summary>The judge's expert for metered batches, who knows whose meter signs what.</summary>
    public async Task<MeteredProofsContract> MeteredAsync(IEthereumClient client, CancellationToken cancellationToken) =>
        new((Address)Metered.DecodeResult(await client.CallAsync(Address, Metered.Encode(), cancellationToken))[0]);

    /// <summary>
    /// What of the judge and its experts is not the code that this version was built with, byte by byte, immutables apart: proofs made here are for these and no others.
    /// </summary>
    /// <returns>Its name and address; null where all are.</returns>
    /// <exception cref="EthereumException">The node does not answer.</exception>
    public async Task<string?> FirstOtherCodeAsync(IEthereumClient client, CancellationToken cancellationToken)
    {
        async Task<bool> IsAsync(ContractArtifact artifact, Address at) => artifact.RuntimeCode.IsThatOf(await client.CodeAsync(at, cancellationToken));
        if (!await IsAsync(Artifact, Address))
        {
            return $"{Address} is not the FraudProofs";
        }

        var (clearing, metered) = (await ClearingAsync(client, cancellationToken), await MeteredAsync(client, cancellationToken));
        return !await IsAsync(ClearingProofsContract.Artifact, clearing.Address) ? $"{clearing.Address} is not the ClearingProofs"
            : !await IsAsync(MeteredProofsContract.Artifact, metered.Address) ? $"{metered.Address} is not the MeteredProofs" : null;
    }

    private Task<TransactionReceipt> ProveAsync(
        TransactionSender sender, AbiFunction function, SettledRound round, object[] evidence, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, function.Encode([round.Escrow, EvidenceWords.Of(round.Settled), .. evidence]), cancellationToken);
}
