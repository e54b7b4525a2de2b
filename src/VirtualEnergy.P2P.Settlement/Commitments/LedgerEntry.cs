using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>What a member or account came to with a trade.</summary>
/// <param name="Trade">The trade's place in the round; the number of trades for what the rules charge beside them.</param>
/// <param name="Money">Received less paid, from her first entry to this one.</param>
/// <param name="Bought">Wh, likewise.</param>
/// <param name="Sold">Wh, likewise.</param>
public readonly record struct LedgerEntry(MemberId Member, int Trade, Money Money, Energy Bought, Energy Sold)
{
    /// <summary>
    /// A round's trades, each booked for everyone whom it concerns, in the order of members and trades. A member's last entry is her net
    /// money of the round, and each entry follows from the one before it and one trade: whatever is wrong can be shown by two entries
    /// and a trade.
    /// </summary>
    public static ImmutableArray<LedgerEntry> Book(ImmutableArray<Trade> trades, IEnumerable<Charge> charges, MoneyAccounts accounts)
    {
        var (fees, community) = (accounts.GridOperator, accounts.Community);
        var tradesOf = new Dictionary<MemberId, List<int>>();
        for (var i = 0; i < trades.Length; i++)
        {
            var trade = trades[i];
            Note(trade.Buyer, i);
            Note(trade.Seller, i);
            if (trade.GridFeeAmount != Money.Zero && fees is { } operators)
            {
                Note(operators, i);
            }

            if (trade.SpreadAmount != Money.Zero && community is { } common)
            {
                Note(common, i);
            }
        }

        var charged = new Dictionary<MemberId, Money>();
        foreach (var charge in charges)
        {
            var to = community ?? throw new ArgumentException("The rules name no account for the community, and the round owes it money.", nameof(accounts));
            charged[charge.Member] = charged.GetValueOrDefault(charge.Member) - charge.Amount;
            charged[to] = charged.GetValueOrDefault(to) + charge.Amount;
        }

        foreach (var member in charged.Keys)
        {
            Note(member, trades.Length);
        }

        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        foreach (var (member, places) in tradesOf.OrderBy(booked => booked.Key))
        {
            var entry = new LedgerEntry(member, 0, Money.Zero, Energy.Zero, Energy.Zero);
            foreach (var place in places)
            {
                entry = place < trades.Length
                    ? entry.After(place, trades[place], accounts)
                    : entry with { Trade = place, Money = entry.Money + charged[member] };
                entries.Add(entry);
            }
        }

        return entries.ToImmutable();

        // Trades come in their order, so whoever is in one twice is there already as the last.
        void Note(MemberId member, int place)
        {
            if (!tradesOf.TryGetValue(member, out var places))
            {
                tradesOf[member] = places = [];
            }

            if (places.Count == 0 || places[^1] != place)
            {
                places.Add(place);
            }
        }
    }

    /// <summary>The last entry of each member: what she came to.</summary>
    public static IReadOnlyDictionary<MemberId, LedgerEntry> LastOf(ImmutableArray<LedgerEntry> ledger)
    {
        var last = new Dictionary<MemberId, LedgerEntry>();
        foreach (var entry in ledger)
        {
            last[entry.Member] = entry;
        }

        return last;
    }

    /// <summary>The entry that follows with a trade.</summary>
    public LedgerEntry After(int place, Trade trade, MoneyAccounts accounts)
    {
        var entry = this with { Trade = place };
        if (Member == trade.Buyer)
        {
            entry = entry with { Money = entry.Money - trade.BuyerPays, Bought = entry.Bought + trade.Energy };
        }

        if (Member == trade.Seller)
        {
            entry = entry with { Money = entry.Money + trade.Amount, Sold = entry.Sold + trade.Energy };
        }

        if (Member == accounts.GridOperator)
        {
            entry = entry with { Money = entry.Money + trade.GridFeeAmount };
        }

        return Member == accounts.Community ? entry with { Money = entry.Money + trade.SpreadAmount } : entry;
    }

    /// <summary>keccak-256 of <c>abi.encode(address member, uint256 trade, int256 money, uint256 bought, uint256 sold)</c>.</summary>
    /// <exception cref="FormatException">The member is no address.</exception>
    public Hash256 Leaf() => new StructHash(words: 5)
        .Add(Address.FromMember(Member))
        .AddSigned(Trade)
        .AddSigned(Money.MicroEur)
        .AddSigned(Bought.WattHours)
        .AddSigned(Sold.WattHours)
        .Finish();
}
