using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class SeedCommitmentTests
{
    private static readonly Period Period = new(1_994_832);
    private static readonly Hash256 Seed = new(Enumerable.Repeat((byte)0x66, Hash256.Size).ToArray());

    [Fact]
    public void A_commitment_is_the_hash_of_period_and_seed_in_words_of_32_bytes()
    {
        Span<byte> words = stackalloc byte[64];
        BinaryPrimitives.WriteInt64BigEndian(words[24..], Period.Index);
        Seed.CopyTo(words[32..]);

        Assert.Equal(Keccak256.Hash(words), SeedCommitment.Of(Period, Seed));

        // The example of docs/messages.md, computed apart from this code by an implementation of Keccak after FIPS 202's pseudocode.
        Assert.Equal("0x2cc7a88c9a12b1b2d982ffa3ba74d4d7b8555a934167317df469b81c54617288", SeedCommitment.Of(Period, Seed).ToString());
    }

    [Fact]
    public void It_holds_for_that_seed_and_that_period_only()
    {
        var commitment = SeedCommitment.Of(Period, Seed);

        Assert.True(SeedCommitment.Holds(commitment, Period, Seed));
        Assert.False(SeedCommitment.Holds(commitment, Period.Next, Seed));
        Assert.False(SeedCommitment.Holds(commitment, Period, commitment));
    }
}
