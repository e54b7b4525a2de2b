using System.Collections.Immutable;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The judge's expert for the one price and the shares at it, <c>contracts/ClearingProofs.sol</c> at an address. Everything that
/// <see cref="FraudProofsContract"/> says of evidence holds here as well.
/// </summary>
public sealed class ClearingProofsContract(Address address)
{
    private const string RoundHeads = $"(uint256 bidCount, bytes32 tradesTree, {OutcomeType} outcome)";
    private const string PlacedBid = $"(uint256 index, bytes32 signatureHash, bytes32[] siblings, {EntryGapType} gap)";

    private static readonly ContractArtifact Artifact = ContractArtifact.Embedded("ClearingProofs");

    private static readonly AbiFunction ProveUnfairShare = new(
        $"proveUnfairShare(address escrow, {SettledType} settled, {RulesType} rules, {RoundHeads} heads, {PlacedBid} one, {BidType} oneBid, "
        + $"{PlacedBid} other, {BidType} otherBid, bool ofBuyers)");

    public Address Address { get; } = address;

    /// <summary>What evidence can be refused for.</summary>
    public static ImmutableArray<AbiError> Errors => Artifact.Errors;

    /// <summary>Creates a new expert and waits until it is there.</summary>
    public static async Task<ClearingProofsContract> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode], cancellationToken);
        return new ClearingProofsContract(receipt.ContractAddress!.Value);
    }

    /// <summary>Proves that two members do not share in what is left at the one price as the rules say.</summary>
    /// <param name="share">Which two; from <see cref="UnfairShare.Find"/>.</param>
    public Task<TransactionReceipt> ProveUnfairShareAsync(
        TransactionSender sender, SettledRound round, UnfairShare share, CancellationToken cancellationToken)
    {
        object[] heads = [round.Bids.Bids.Length, round.Trades.Tree, Outcome(round.Trades)];
        var data = ProveUnfairShare.Encode(
            round.Escrow, Of(round.Settled), Of(round.Rules), heads, Placed(round, share.Bid), Of(round.Bids.Bids[share.Bid].Bid),
            Placed(round, share.Other), Of(round.Bids.Bids[share.Other].Bid), share.OfBuyers);
        return sender.SendAndConfirmAsync(Address, data, cancellationToken);
    }

    private static object[] Placed(SettledRound round, int bid)
    {
        var signed = round.Bids.Bids[bid];
        return
        [
            bid, CommittedBids.SignatureHash(signed), Of(round.Bids.Siblings(bid)), Gap(round.Trades, round.Trades.Behind(signed.Bid.Member)),
        ];
    }
}
