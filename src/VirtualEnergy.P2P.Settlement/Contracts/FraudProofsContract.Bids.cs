using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;
using static VirtualEnergy.P2P.Settlement.Contracts.EvidenceWords;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <content>Fraud with bids: <c>contracts/interfaces/IBidProofs.sol</c>.</content>
public sealed partial class FraudProofsContract
{
    private const string BidAtPlace = $"{BidLeafType} leaf, uint256 index, uint256 count, bytes32[] siblings";

    private static readonly AbiFunction ProveForeignBid = new($"proveForeignBid(address escrow, {SettledType} settled, {BidAtPlace}, {BidType} bid)");

    private static readonly AbiFunction ProveForgedSignature =
        new($"proveForgedSignature(address escrow, {SettledType} settled, {BidAtPlace}, bytes signature)");

    private static readonly AbiFunction ProveBidsOutOfOrder = new($"proveBidsOutOfOrder(address escrow, {SettledType} settled, {BidGapType} gap)");

    private static readonly AbiFunction ProveMissingBid = new(
        $"proveMissingBid(address escrow, {SettledType} settled, (bytes32 bid, address member, uint64 period, uint64 number) receipt, uint256 place, bytes32[] path, bytes signature, {BidGapType} gap)");

    private static readonly AbiFunction ProveTradeWithoutBid = new(
        $"proveTradeWithoutBid(address escrow, {SettledType} settled, {RulesType} rules, {TradeType} trade, uint256 index, bytes32[] siblings, bytes32 outcome, bool ofBuyer, {BidGapType} gap)");

    /// <summary>Proves that a bid that counted is another member's, another period's, or has another number than its leaf says.</summary>
    /// <param name="content">The bid behind the leaf's hash.</param>
    public Task<TransactionReceipt> ProveForeignBidAsync(
        TransactionSender sender, SettledRound round, int place, Bid content, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveForeignBid, round, [.. AtPlace(round, place), Of(content)], cancellationToken);

    /// <summary>Proves that a bid that counted is not signed by its member.</summary>
    public Task<TransactionReceipt> ProveForgedSignatureAsync(
        TransactionSender sender, SettledRound round, int place, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveForgedSignature, round, [.. AtPlace(round, place), round.Bids.Bids[place].Signature], cancellationToken);

    /// <summary>Proves that a bid and the one before it are not in the order of their members: one of them twice, or one hidden.</summary>
    public Task<TransactionReceipt> ProveBidsOutOfOrderAsync(
        TransactionSender sender, SettledRound round, int place, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveBidsOutOfOrder, round, [Gap(round.Bids, place)], cancellationToken);

    /// <summary>Proves that a bid which the exchange acknowledged did not count, and no later one of the member either.</summary>
    /// <param name="signature">The exchange's, over the receipt and those it was signed with.</param>
    public Task<TransactionReceipt> ProveMissingBidAsync(
        TransactionSender sender, SettledRound round, ReceiptedBid receipt, ReceiptSignature signature, CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveMissingBid, round,
            [
                new object[] { receipt.Bid, Address.FromMember(receipt.Member), receipt.Period.Index, receipt.Number },
                signature.Place, Of(signature.Path), signature.Signature, Gap(round.Bids, round.Bids.PlaceOf(receipt.Member)),
            ],
            cancellationToken);

    /// <summary>Proves that a trade's buyer or seller has no bid.</summary>
    public Task<TransactionReceipt> ProveTradeWithoutBidAsync(
        TransactionSender sender, SettledRound round, int trade, bool ofBuyer, CancellationToken cancellationToken)
    {
        var who = ofBuyer ? round.Trades.Trades[trade].Buyer : round.Trades.Trades[trade].Seller;
        return ProveAsync(
            sender, ProveTradeWithoutBid, round,
            [
                Of(round.Rules), Of(round.Trades.Trades[trade]), trade, Of(round.Trades.TradeSiblings(trade)), round.Trades.Outcome, ofBuyer,
                Gap(round.Bids, round.Bids.PlaceOf(who)),
            ],
            cancellationToken);
    }

    private static object[] AtPlace(SettledRound round, int place) =>
        [Leaf(round.Bids.Bids[place]), place, round.Bids.Bids.Length, Of(round.Bids.Siblings(place))];
}
