using System.Buffers.Binary;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>Orders and random books for the auction's tests.</summary>
internal static class Books
{
    /// <summary>Prices that meet often, so that ties and partly filled margins are the rule, not the exception.</summary>
    public static readonly Gen<Order[]> WithoutSelfTrades = Of(members: 40, firstSellerIndex: 20);

    /// <summary>Few members, each of whom may stand on both sides.</summary>
    public static readonly Gen<Order[]> WithSelfTrades = Of(members: 4, firstSellerIndex: 0);

    public static Order Buy(int key, long price, long energy, string? member = null) => Order(Side.Buy, key, price, energy, member ?? $"buyer {key}");

    public static Order Sell(int key, long price, long energy, string? member = null) => Order(Side.Sell, key, price, energy, member ?? $"seller {key}");

    public static Hash256 Key(int number)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes[28..], number);
        return new Hash256(bytes);
    }

    private static Order Order(Side side, int key, long price, long energy, string member) =>
        new(Key(key), new MemberId(member), side, new Price(price), new Energy(energy));

    private static Gen<Order[]> Of(int members, int firstSellerIndex) =>
        Gen.Select(Gen.Bool, Gen.Int[0, members - 1], Gen.Int[-5, 15], Gen.OneOf(Gen.Long[1, 9], Gen.Long[1, 5_000], Gen.Const(long.MaxValue / 64)))
            .Array[0, 24]
            .Select(rows => rows.Select((row, index) =>
            {
                var (isBuy, member, price, energy) = row;
                var owner = firstSellerIndex == 0 ? member : isBuy ? member % firstSellerIndex : firstSellerIndex + member % (members - firstSellerIndex);
                return Order(isBuy ? Side.Buy : Side.Sell, index, price * 100, energy, $"member {owner}");
            }).ToArray());
}
