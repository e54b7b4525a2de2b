using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>A settled position and the signed reading behind it.</summary>
/// <param name="Reading">From <see cref="MeterReadingSigning.Commit"/>; zero where the position is an estimate.</param>
public readonly record struct CommittedPosition(SettledPosition Settled, Hash256 Reading);

/// <summary>A metered period with the trees that an operator committed to: what members' meters showed, and the trades that balance it.</summary>
/// <remarks>
/// A leaf, in the order of members, is keccak-256 of <c>abi.encode(address member, int64 metered, int64 carried, int64 traded, uint64 matched,
/// uint256 shortBefore, uint256 longBefore, bytes32 reading)</c>; the two sums run over the leaves before it, so that the totals follow leaf by leaf. The head is that
/// of <c>abi.encode(uint256 count, bytes32 tree, uint256 totalShort, uint256 totalLong, int256 longPrice, int256 spread)</c>, the spread being what a trade bears, and the root
/// that the contract keeps that of <c>abi.encode(bytes32 deviations, bytes32 tradesRoot)</c>. The trades' root is made as a round's, with the long price and no premiums.
/// </remarks>
public sealed class CommittedDeviations
{
    private readonly PositionalTree _tree;

    /// <param name="positions">In the order committed to, which of an honest operator is the members'.</param>
    /// <param name="prices">What the matched part costs.</param>
    /// <param name="trades">The balancing trades with their ledger.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public CommittedDeviations(ImmutableArray<CommittedPosition> positions, ImbalancePrices prices, CommittedTrades trades)
    {
        (Positions, Prices, Trades) = (positions, prices, trades);
        var leaves = new Hash256[positions.Length];
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = LeafOf(positions[i], TotalShort, TotalLong);
            var deviation = (Int128)positions[i].Settled.Position.Deviation.WattHours;
            TotalShort += Int128.Max(0, deviation);
            TotalLong += Int128.Max(0, -deviation);
        }

        _tree = new PositionalTree(leaves);
        Head = new StructHash(words: 6)
            .AddSigned(positions.Length).Add(Tree).AddUnsigned(TotalShort).AddUnsigned(TotalLong)
            .AddSigned(prices.Long.MicroEurPerKWh).AddSigned(prices.Spread.MicroEurPerKWh).Finish();
        Root = new StructHash(words: 2).Add(Head).Add(trades.Root).Finish();
    }

    /// <summary>What an honest operator commits to.</summary>
    /// <param name="settled">The period.</param>
    /// <param name="readingOf">The commitment of the member's signed reading; zero where she was estimated.</param>
    /// <param name="accounts">Who gets the spread.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public static CommittedDeviations Of(SettledDeviations settled, Func<MemberId, Hash256> readingOf, MoneyAccounts accounts) => new(
        [.. settled.Positions.Select(position => new CommittedPosition(position, readingOf(position.Position.Member)))], settled.Prices,
        new CommittedTrades(settled.Trades, LedgerEntry.Book(settled.Trades, [], accounts), settled.Prices.Long));

    public ImmutableArray<CommittedPosition> Positions { get; }

    public ImbalancePrices Prices { get; }

    public CommittedTrades Trades { get; }

    /// <summary>Wh taken too much, over all leaves.</summary>
    public Int128 TotalShort { get; }

    /// <summary>Wh taken too little, over all leaves.</summary>
    public Int128 TotalLong { get; }

    /// <summary>The root of the tree of positions alone.</summary>
    public Hash256 Tree => _tree.Root;

    /// <summary>Hash of the tree, the totals and the prices.</summary>
    public Hash256 Head { get; }

    /// <summary>What <c>settleMetered</c> is given as the meter root.</summary>
    public Hash256 Root { get; }

    public ImmutableArray<Hash256> Siblings(int place) => _tree.Siblings(place);

    /// <summary>How many positions stand before a member's place, whether she is there or not.</summary>
    public int PlaceOf(MemberId member) =>
        PositionalTree.PlaceIn(Positions, position => position.Settled.Position.Member.CompareTo(member) < 0);

    /// <exception cref="FormatException">The member is no address.</exception>
    public static Hash256 LeafOf(CommittedPosition committed, Int128 shortBefore, Int128 longBefore)
    {
        var ((position, matched), reading) = committed;
        return new StructHash(words: 8)
            .Add(Address.FromMember(position.Member))
            .AddSigned(position.Metered.WattHours)
            .AddSigned(position.Carried.WattHours)
            .AddSigned(position.Traded.WattHours)
            .AddUnsigned(matched.WattHours)
            .AddUnsigned(shortBefore)
            .AddUnsigned(longBefore)
            .Add(reading)
            .Finish();
    }
}
