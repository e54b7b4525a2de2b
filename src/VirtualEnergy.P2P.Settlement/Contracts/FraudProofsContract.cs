using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What an escrow keeps the hash of, for one period.</summary>
/// <param name="DeltasHash">keccak-256 of the packed delta words; zero where no balances moved.</param>
public sealed record SettledPeriod(Period Period, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 DeltasHash);

/// <summary>
/// The judge at an address, <c>contracts/FraudProofs.sol</c>: takes evidence against a settled period. One serves every escrow of a chain.
/// </summary>
/// <remarks>
/// Evidence that shows nothing wrong throws <see cref="EthereumRevertException"/> with the name <c>NoFraud</c>, where the client knows
/// <see cref="Errors"/>. Evidence that holds freezes the escrow, and half of the operator's bond is the sender's.
/// </remarks>
public sealed class FraudProofsContract(Address address)
{
    private const string Settled = "(uint64 period, bytes32 bidsRoot, bytes32 tradesRoot, bytes32 deltasHash) settled";
    private const string BidLeaf = "(uint64 index, bytes32 bidHash, address member, uint64 number)";
    private const string TradeLeaf =
        "(uint64 index, address buyer, address seller, uint64 energy, int64 price, int64 amount, int64 gridFee, int64 spread) trade, bytes32[] tradeProof";

    private const string Bid =
        "(address member, uint64 period, uint64 number, (int64 price, uint64 energy)[] buy, (int64 price, uint64 energy)[] sell, "
        + "(uint64 greenPremium, uint64 localPremium, address partner, uint64 partnerPremium) preferences) bid";

    private static readonly ContractArtifact Artifact = ContractArtifact.Embedded("FraudProofs");

    private static readonly AbiFunction ProveTradeOutsideBid =
        new($"proveTradeOutsideBid(address escrow, {Settled}, {TradeLeaf}, uint64 bidIndex, bytes32[] bidProof, {Bid})");

    private static readonly AbiFunction ProveForeignBid = new($"proveForeignBid(address escrow, {Settled}, {BidLeaf} leaf, bytes32[] bidProof, {Bid})");

    private static readonly AbiFunction ProveTwoBids =
        new($"proveTwoBids(address escrow, {Settled}, {BidLeaf} first, bytes32[] firstProof, {BidLeaf} second, bytes32[] secondProof)");

    private static readonly AbiFunction ProveTradeOfStranger = new($"proveTradeOfStranger(address escrow, {Settled}, {TradeLeaf})");

    private static readonly AbiFunction ProveWrongAmount = new($"proveWrongAmount(address escrow, {Settled}, {TradeLeaf})");

    public Address Address { get; } = address;

    /// <summary>What evidence can be refused for.</summary>
    public static ImmutableArray<AbiError> Errors => Artifact.Errors;

    /// <summary>Creates a new judge and waits until it is there.</summary>
    public static async Task<FraudProofsContract> DeployAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        var receipt = await sender.SendAndConfirmAsync(null, [.. Artifact.CreationCode], cancellationToken);
        return new FraudProofsContract(receipt.ContractAddress!.Value);
    }

    /// <summary>Proves that a trade buys or sells more than its member's bid offers at the trade's price.</summary>
    /// <param name="sender">Pays the gas and gets the reward.</param>
    /// <param name="escrow">The community's contract.</param>
    /// <param name="settled">What it settled.</param>
    /// <param name="trades">The round's trades as committed to.</param>
    /// <param name="trade">Which of them.</param>
    /// <param name="bids">The round's bids as committed to.</param>
    /// <param name="bid">Which of them: the buyer's or the seller's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<TransactionReceipt> ProveTradeOutsideBidAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, CommittedTrades trades, int trade, CommittedBids bids, int bid,
        CancellationToken cancellationToken) =>
        ProveAsync(
            sender, ProveTradeOutsideBid, [escrow, Words(settled), .. Leaf(trades, trade), bid, Words(bids.Proof(bid)), Words(bids.Bids[bid].Bid)],
            cancellationToken);

    /// <summary>Proves that a bid that counted is another member's, another period's, or has another number than its leaf says.</summary>
    /// <param name="sender">Pays the gas and gets the reward.</param>
    /// <param name="escrow">The community's contract.</param>
    /// <param name="settled">What it settled.</param>
    /// <param name="bids">The round's bids as committed to.</param>
    /// <param name="bid">Which of them.</param>
    /// <param name="content">The bid behind the leaf's hash.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<TransactionReceipt> ProveForeignBidAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, CommittedBids bids, int bid, Bid content, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveForeignBid, [escrow, Words(settled), .. Leaf(bids, bid), Words(content)], cancellationToken);

    /// <summary>Proves that two bids of one member counted.</summary>
    public Task<TransactionReceipt> ProveTwoBidsAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, CommittedBids bids, int first, int second, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveTwoBids, [escrow, Words(settled), .. Leaf(bids, first), .. Leaf(bids, second)], cancellationToken);

    /// <summary>Proves that a trade is not between two registered members.</summary>
    public Task<TransactionReceipt> ProveTradeOfStrangerAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, CommittedTrades trades, int trade, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveTradeOfStranger, [escrow, Words(settled), .. Leaf(trades, trade)], cancellationToken);

    /// <summary>Proves that a trade's amount is not its energy times its price.</summary>
    public Task<TransactionReceipt> ProveWrongAmountAsync(
        TransactionSender sender, Address escrow, SettledPeriod settled, CommittedTrades trades, int trade, CancellationToken cancellationToken) =>
        ProveAsync(sender, ProveWrongAmount, [escrow, Words(settled), .. Leaf(trades, trade)], cancellationToken);

    private Task<TransactionReceipt> ProveAsync(
        TransactionSender sender, AbiFunction function, object[] arguments, CancellationToken cancellationToken) =>
        sender.SendAndConfirmAsync(Address, function.Encode(arguments), cancellationToken);

    private static object[] Words(SettledPeriod settled) => [settled.Period.Index, settled.BidsRoot, settled.TradesRoot, settled.DeltasHash];

    private static object[] Leaf(CommittedBids bids, int bid) =>
    [
        new object[] { bid, bids.Bids[bid].Hash, Address.FromMember(bids.Bids[bid].Bid.Member), bids.Bids[bid].Bid.Number },
        Words(bids.Proof(bid)),
    ];

    private static object[] Leaf(CommittedTrades trades, int index)
    {
        var trade = trades.Trades[index];
        object[] leaf =
        [
            index, Address.FromMember(trade.Buyer), Address.FromMember(trade.Seller), trade.Energy.WattHours, trade.Price.MicroEurPerKWh,
            trade.Amount.MicroEur, trade.GridFeeAmount.MicroEur, trade.SpreadAmount.MicroEur,
        ];
        return [leaf, Words(trades.Proof(index))];
    }

    private static object[] Words(ImmutableArray<Hash256> proof) => [.. proof.Select(hash => (object)hash)];

    private static object[] Words(Bid bid) =>
        [Address.FromMember(bid.Member), bid.Period.Index, bid.Number, Words(bid.Buy), Words(bid.Sell), Words(bid.Preferences)];

    private static object[] Words(ImmutableArray<Step> steps) =>
        [.. steps.Select(step => (object)new object[] { step.Price.MicroEurPerKWh, step.Energy.WattHours })];

    private static object[] Words(Preferences preferences) =>
    [
        preferences.GreenPremium.MicroEurPerKWh, preferences.LocalPremium.MicroEurPerKWh,
        preferences.Partner is { } partner ? Address.FromMember(partner) : Address.Zero, preferences.PartnerPremium.MicroEurPerKWh,
    ];
}
