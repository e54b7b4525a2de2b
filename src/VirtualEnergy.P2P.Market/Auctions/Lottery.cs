namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>Draws lots for members from a seed: the same on every machine, and a coin toss for who does not know the seed.</summary>
/// <remarks>
/// The seed's 32 bytes and the member's name are folded into 64 bits with the mixing function of SplitMix64 (Steele, Lea, Flood,
/// "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014); the lowest bit is the lot. It is not a cryptographic hash and need
/// not be one: what nobody may foresee is the seed.
/// </remarks>
public static class Lottery
{
    public static bool IsDrawn(Hash256 seed, MemberId member)
    {
        var state = 0UL;
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        seed.CopyTo(bytes);
        for (var word = 0; word < Hash256.Size; word += sizeof(ulong))
        {
            state = Mix(state ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[word..]));
        }

        foreach (var letter in member.Value)
        {
            state = Mix(state ^ letter);
        }

        return (state & 1) != 0;
    }

    private static ulong Mix(ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
            return state ^ (state >> 31);
        }
    }
}
