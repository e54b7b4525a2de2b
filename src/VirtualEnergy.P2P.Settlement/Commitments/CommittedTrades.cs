using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>Trades and the ledger of what members came to by them, with the trees that an operator committed to.</summary>
/// <remarks>
/// A trade's leaf is keccak-256 of <c>abi.encode(address buyer, address seller, uint64 energy, int64 price, int64 amount, int64 gridFee, int64 spread,
/// uint8 quality)</c>, the last three amounts in µEUR. The root that the contract keeps is keccak-256 of <c>abi.encode(bytes32 tree, bytes32 outcome)</c>,
/// and the outcome's of <c>abi.encode(uint256 tradeCount, uint256 entryCount, bytes32 ledger, int256 price, uint256 premiumBid, bytes32 margins)</c>.
/// </remarks>
public sealed class CommittedTrades
{
    private readonly PositionalTree _trades;
    private readonly PositionalTree _ledger;

    /// <param name="trades">In the order committed to.</param>
    /// <param name="ledger">In the order committed to; of an honest round from <see cref="LedgerEntry.Book"/>.</param>
    /// <param name="price">The round's one price; without trades, one that no step of a bid is better than. See <see cref="PriceOf"/>.</param>
    /// <param name="premiumBid">One more than the place of the first bid that offers premiums; 0 where none does. See <see cref="PremiumBidOf"/>.</param>
    /// <param name="margins">What the price follows from; of an honest round from <see cref="RoundMargins.Of"/>.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public CommittedTrades(
        ImmutableArray<Trade> trades, ImmutableArray<LedgerEntry> ledger, Price price = default, int premiumBid = 0, RoundMargins margins = default)
    {
        (Trades, Ledger, Price, PremiumBid, Margins) = (trades, ledger, price, premiumBid, margins);
        _trades = PositionalTree.Of(trades, LeafOf);
        _ledger = PositionalTree.Of(ledger, entry => entry.Leaf());
        Outcome = new StructHash(words: 6)
            .AddSigned(trades.Length).AddSigned(ledger.Length).Add(LedgerTree).AddSigned(price.MicroEurPerKWh).AddSigned(premiumBid).Add(margins.Hash).Finish();
        Root = new StructHash(words: 2).Add(Tree).Add(Outcome).Finish();
    }

    /// <summary>What an honest operator commits to.</summary>
    public static CommittedTrades Of(Round round)
    {
        var ledger = LedgerEntry.Book(round.Trades, round.Clearing.Charges, round.Accounts);
        return new CommittedTrades(round.Trades, ledger, PriceOf(round), PremiumBidOf(round.Bids), RoundMargins.Of(round.Bids, ledger));
    }

    public ImmutableArray<Trade> Trades { get; }

    public ImmutableArray<LedgerEntry> Ledger { get; }

    public Price Price { get; }

    public int PremiumBid { get; }

    public RoundMargins Margins { get; }

    /// <summary>What the contract keeps.</summary>
    public Hash256 Root { get; }

    /// <summary>The root of the trades' tree alone.</summary>
    public Hash256 Tree => _trades.Root;

    /// <summary>The root of the ledger's tree.</summary>
    public Hash256 LedgerTree => _ledger.Root;

    /// <summary>Hash of all that the root stands for beside the trades' tree.</summary>
    public Hash256 Outcome { get; }

    public ImmutableArray<Hash256> TradeSiblings(int place) => _trades.Siblings(place);

    public ImmutableArray<Hash256> EntrySiblings(int place) => _ledger.Siblings(place);

    /// <summary>How many entries stand before the place behind a member's last, whether she has any or not.</summary>
    public int Behind(MemberId member) => PositionalTree.PlaceIn(Ledger, entry => entry.Member.CompareTo(member) <= 0);

    /// <summary>How many entries stand before the place of a member's entry for a trade, whether it is there or not.</summary>
    public int PlaceOf(MemberId member, int trade) =>
        PositionalTree.PlaceIn(Ledger, entry => entry.Member.CompareTo(member) is var order && (order < 0 || (order == 0 && entry.Trade < trade)));

    /// <summary>The one price; of a round that trades nothing the best buy limit, else the best sell limit: no step is better than that.</summary>
    public static Price PriceOf(Round round)
    {
        if (round.Clearing.Price is { } price)
        {
            return price;
        }

        var buys = round.Bids.SelectMany(signed => signed.Bid.Buy).Select(step => step.Price).ToArray();
        var sells = round.Bids.SelectMany(signed => signed.Bid.Sell).Select(step => step.Price).ToArray();
        return buys.Length > 0 ? buys.Max() : sells.Length > 0 ? sells.Min() : default;
    }

    /// <summary>Premiums can give each quality a price of its own; who claims that names a bid that offers some.</summary>
    public static int PremiumBidOf(ImmutableArray<SignedBid> bids)
    {
        for (var i = 0; i < bids.Length; i++)
        {
            if (bids[i].Bid is { Buy.IsEmpty: false, Preferences.IsNone: false })
            {
                return i + 1;
            }
        }

        return 0;
    }

    /// <exception cref="FormatException">A member is no address.</exception>
    public static Hash256 LeafOf(Trade trade) => new StructHash(words: 8)
        .Add(Address.FromMember(trade.Buyer))
        .Add(Address.FromMember(trade.Seller))
        .AddSigned(trade.Energy.WattHours)
        .AddSigned(trade.Price.MicroEurPerKWh)
        .AddSigned(trade.Amount.MicroEur)
        .AddSigned(trade.GridFeeAmount.MicroEur)
        .AddSigned(trade.SpreadAmount.MicroEur)
        .AddSigned((long)trade.Quality)
        .Finish();
}
