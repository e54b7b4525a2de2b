using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>
/// What is chance in a real round, from a seed: the number that a bid's hash would be, which breaks ties and gives the order of
/// arrival, and the seed of the lots. Nothing is signed in a replay, and no signature is made up.
/// </summary>
/// <remarks>
/// It depends on the seed, the period and the home, not on the mechanism nor on what is bid: so all mechanisms have the same luck,
/// and over many rounds no home is ahead of another.
/// </remarks>
public static class RoundChance
{
    private const ulong ForBids = 0x6269_6473;
    private const ulong ForLots = 0x6c6f_7473;

    /// <summary>Stands in for the hash of a home's bid.</summary>
    /// <param name="seed">Of the replay.</param>
    /// <param name="period">Of the round.</param>
    /// <param name="home">Index of the home.</param>
    public static Hash256 BidKey(ulong seed, Period period, int home) => Hash(SplitMix64.For(seed, ForBids, unchecked((ulong)period.Index), (ulong)home));

    /// <summary>Stands in for the seed that members commit to and reveal.</summary>
    public static Hash256 Lots(ulong seed, Period period) => Hash(SplitMix64.For(seed, ForLots, unchecked((ulong)period.Index)));

    private static Hash256 Hash(SplitMix64 random)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (var word = 0; word < Hash256.Size; word += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[word..], random.Next());
        }

        return new Hash256(bytes);
    }
}
