using System.Buffers.Binary;
using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

/// <summary>
/// A fixed round of 50 members in three zones: keys 1 to 50, signatures by RFC 6979, every number from the member's place in
/// the row. The price levels are few, so that the margin is shared and leaves remainders.
/// </summary>
internal static class GoldenRound
{
    public const int Members = 50;

    public static readonly Period Period = new(1_982_400);

    /// <summary>The round's chance, for mechanisms that draw lots.</summary>
    public static readonly Hash256 Seed = new([.. Enumerable.Range(1, Hash256.Size).Select(i => (byte)i)]);

    public static readonly ImmutableArray<SignedBid> Bids = MakeBids();

    public static readonly ImmutableDictionary<MemberId, ZoneId> Zones =
        Bids.Index().ToImmutableDictionary(entry => entry.Item.Bid.Member, entry => new ZoneId($"zone-{entry.Index % 3}"));

    public static MarketRules RulesOf(MechanismKind kind) => MarketRules.Default with
    {
        Mechanism = kind,
        Accounts = new MoneyAccounts(Key(101).Address.ToMember(), Key(102).Address.ToMember()),
    };

    public static Round Clear(MechanismKind kind, IEnumerable<SignedBid> bids) => RoundCalculator.Clear(Period, bids, Zones, RulesOf(kind), Seed);

    private static ImmutableArray<SignedBid> MakeBids()
    {
        var signing = new BidSigning(new MarketDomain(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3")));
        return [.. Enumerable.Range(1, Members).Select(i =>
        {
            var key = Key(i);
            return signing.Sign(new Bid(key.Address.ToMember(), Period, i, Buys(i), Sells(i)), key);
        })];
    }

    // Of five members two buy, two sell and one does both; one in seven bids one step only. Prices from 8 to 22 ct in whole
    // cents, so about seven steps stand at each.
    private static ImmutableArray<Step> Buys(int i) => i % 5 is 0 or 1 or 2
        ? Steps(i, first: 22 - i % 4, down: true, within: i % 5 == 0 ? 4 : 3)
        : [];

    private static ImmutableArray<Step> Sells(int i) => i % 5 is 0 or 3 or 4
        ? Steps(i, first: i % 5 == 0 ? 23 + i % 2 : 8 + i % 4, down: false, within: 3)
        : [];

    private static ImmutableArray<Step> Steps(int i, int first, bool down, int within) =>
        [.. Enumerable.Range(0, i % 7 == 0 ? 1 : within).Select(step => new Step(
            new Price((first + (down ? -1 : 1) * step * (1 + i % 3)) * 10_000L),
            new Energy(100 + 37 * i % 211 + 13 * step)))];

    private static EthereumKey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[EthereumKey.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes[28..], number);
        return EthereumKey.FromBytes(bytes);
    }
}
