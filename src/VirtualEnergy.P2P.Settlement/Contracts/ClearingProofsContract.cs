using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
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

    internal static readonly ContractArtifact Artifact = ContractArtifact.Embedded("ClearingProofs");

    private static readonly AbiFunction ProveUnfairShare = new(
        $"proveUnfairShare(address escrow, {SettledType} settled, {RulesType} rules, {RoundHeads} heads, {PlacedBid} one, {BidType} oneBid, "
        + $"{PlacedBid} other, {BidType} otherBid, bool ofBuyers)");

    private static readonly AbiFunction ProveWrongPrice = new(
        $"proveWrongPrice(address escrow, {SettledType} settled, {RulesType} rules, bytes constants, bytes32 tradesTree, {OutcomeType} outcome, {MarginsType} margins)");

    private static readonly AbiFunction ProveWrongMargin = new(
        $"proveWrongMargin(address escrow, {SettledType} settled, {RulesType} rules, {RoundHeads} heads, {MarginsType} margins, {PlacedBid} placed, {BidType} bid)");

    private static readonly AbiFunction PriceOf = new($"priceOf({MarginsType} margins, int256 tick, int256 k)", "int256");

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
        var data = ProveUnfairShare.Encode(
            round.Escrow, Of(round.Settled), Of(round.Rules), Heads(round), Placed(round, share.Bid), Of(round.Bids.Bids[share.Bid].Bid),
            Placed(round, share.Other), Of(round.Bids.Bids[share.Other].Bid), share.OfBuyers);
        return sender.SendAndConfirmAsync(Address, data, cancellationToken);
    }

    /// <summary>Proves that the one price is not what the rules make of the round's margins, or that these contradict each other.</summary>
    public Task<TransactionReceipt> ProveWrongPriceAsync(TransactionSender sender, SettledRound round, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address,
            ProveWrongPrice.Encode(
                round.Escrow, Of(round.Settled), Of(round.Rules), round.Rules.Encoded, round.Trades.Tree, Outcome(round.Trades), Of(round.Trades.Margins)),
            cancellationToken);

    /// <summary>Proves that a bid contradicts the round's margins.</summary>
    /// <param name="bid">Its place; from <see cref="RoundMargins.FirstContradiction"/>.</param>
    public Task<TransactionReceipt> ProveWrongMarginAsync(
        TransactionSender sender, SettledRound round, int bid, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(
            Address,
            ProveWrongMargin.Encode(
                round.Escrow, Of(round.Settled), Of(round.Rules), Heads(round), Of(round.Trades.Margins), Placed(round, bid), Of(round.Bids.Bids[bid].Bid)),
            cancellationToken);

    /// <summary>What the contract makes of margins, µEUR/kWh: market rule 4 once more.</summary>
    public async Task<Price> PriceOfAsync(IEthereumClient client, RoundMargins margins, MarketRules rules, CancellationToken cancellationToken)
    {
        var data = PriceOf.Encode(Of(margins), rules.TickMicroEurPerKWh, rules.KThousandths);
        return new Price((long)(BigInteger)PriceOf.DecodeResult(await client.CallAsync(Address, data, cancellationToken))[0]);
    }

    private static object[] Heads(SettledRound round) => [round.Bids.Bids.Length, round.Trades.Tree, Outcome(round.Trades)];

    private static object[] Placed(SettledRound round, int bid)
    {
        var signed = round.Bids.Bids[bid];
        return
        [
            bid, CommittedBids.SignatureHash(signed), Of(round.Bids.Siblings(bid)), Gap(round.Trades, round.Trades.Behind(signed.Bid.Member)),
        ];
    }
}
