using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Shapes of books that a slow algorithm is slow on. Each can be made of any size.</summary>
public enum HardShape
{
    /// <summary>One owner holds every order, on both sides, all crossing: nothing may trade.</summary>
    OneOwner,

    /// <summary>One owner holds nine of ten orders on both sides; the rest are others, each once.</summary>
    MostlyOneOwner,

    /// <summary>Two owners, both on both sides.</summary>
    TwoOwners,

    /// <summary>Every member once, at one price.</summary>
    OnePrice,

    /// <summary>Every member once, each at a price of her own.</summary>
    EveryPrice,

    /// <summary>Only sellers.</summary>
    OneSide,

    /// <summary>One large buyer, everyone else sells a little.</summary>
    OneBuyer,

    /// <summary>Every member in a zone of her own.</summary>
    EveryZone,
}

internal static class HardBooks
{
    /// <param name="count">How many orders.</param>
    public static Order[] Make(HardShape shape, int count)
    {
        var book = new Order[count];
        for (var i = 0; i < count; i++)
        {
            book[i] = shape switch
            {
                // Buys at 100 to 199 ticks, sells at 0 to 99.
                HardShape.OneOwner => One(i, i % 2 == 0, i % 2 == 0 ? 100 + i % 100 : i % 100, "owner"),
                HardShape.MostlyOneOwner => One(i, i % 2 == 0, i % 2 == 0 ? 100 + i % 100 : i % 100, i % 10 == 9 || i % 10 == 4 ? $"m{i}" : "owner"),
                HardShape.TwoOwners => One(i, i % 2 == 0, i % 2 == 0 ? 100 + i : i - count, i / 2 % 2 == 0 ? "owner" : "other"),
                HardShape.OnePrice => One(i, i % 2 == 0, 50, $"m{i}"),
                HardShape.EveryPrice => One(i, i % 2 == 0, i % 2 == 0 ? i : count - i, $"m{i}"),
                HardShape.OneSide => One(i, buys: false, i, $"m{i}"),
                HardShape.OneBuyer => i == 0 ? One(i, buys: true, 100, "buyer") with { Energy = new Energy(2L * count) } : One(i, buys: false, i % 90, $"m{i}"),
                HardShape.EveryZone => One(i, i % 2 == 0, i % 2 == 0 ? 100 : 50, $"m{i}") with { Zone = new ZoneId($"z{i}") },
                _ => throw new ArgumentOutOfRangeException(nameof(shape)),
            };
        }

        return book;
    }

    private static Order One(int i, bool buys, long ticks, string member)
    {
        // Keys that a multiplication scatters, so that no sort finds its work done.
        Span<byte> key = stackalloc byte[Hash256.Size];
        BinaryPrimitives.WriteUInt64BigEndian(key, unchecked((ulong)i * 0x9E3779B97F4A7C15ul));
        return new Order(new Hash256(key), new MemberId(member), buys ? Side.Buy : Side.Sell, new Price(ticks * 100), new Energy(1 + i % 7));
    }
}
