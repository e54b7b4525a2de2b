using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

public sealed class BatchPartTests
{
    // Lanes 0, 20 and the first wide one: slot 0, a jump to 3, slot 3, a jump to the wide slot, the wide slot.
    private static readonly ImmutableArray<BigInteger> Words = DeltaWords.Pack(
        [new LaneDelta(0, new Money(-30)), new LaneDelta(20, new Money(10)), new LaneDelta(DeltaWords.FirstWideLane, new Money(20))]);

    [Fact]
    public void Parts_are_slices_each_with_the_slot_that_is_due()
    {
        Assert.Equal(5, Words.Length);
        var parts = Cut(1, 2);
        // After the jump slot 3 is due, in the part that begins there as well.
        Assert.Equal([0, 1, 3], parts.Select(part => part.From));
        Assert.Equal(DeltaWords.FirstWideLane + 1, parts[^1].Due);
        Assert.Equal(Words, parts.SelectMany(part => part.Words));
        Assert.Equal(DeltaWords.Unpack(Words), parts.SelectMany(part => DeltaWords.Unpack(part.Words, part.From)));
    }

    [Fact]
    public void A_link_is_the_hash_of_sixty_eight_bytes()
    {
        var parts = Cut(1, 2);
        byte[] link = [.. parts[0].Chain.ToArray(), 0, 0, 0, 1, .. SettlementCommitment.DeltasHash(Words[1..2]).ToArray()];
        Assert.Equal(68, link.Length);
        Assert.Equal(Keccak256.Hash(link), parts[1].Chain);
        Assert.Equal(Keccak256.Hash([.. new byte[36], .. SettlementCommitment.DeltasHash(Words[..1]).ToArray()]), parts[0].Chain);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(6, 1)] // slot 1, which nothing moves in: it is due at the second part
    [InlineData(17, 1)] // slot 2, likewise
    [InlineData(20, 2)]
    [InlineData(DeltaWords.FirstWideLane + 3, 2)]
    public void A_delta_is_shown_by_the_part_that_its_slot_belongs_to(int lane, int holder)
    {
        var parts = Cut(1, 2);
        var (words, place) = BatchPart.EvidenceOf(parts, lane);
        Assert.Equal(parts[holder].Words, words);
        Assert.Equal((parts[holder].Before, parts[holder].From), (place.Before, place.From));
        var chain = place.Later.Aggregate(
            BatchPart.Link(place.Before, place.From, SettlementCommitment.DeltasHash(words)), (before, part) => BatchPart.Link(before, part.From, part.DeltasHash));
        Assert.Equal(parts[^1].Chain, chain);
    }

    /// <summary>Of parts from the same slot on, the empty ones have no say.</summary>
    [Fact]
    public void Of_parts_that_begin_at_one_slot_the_last_holds_it()
    {
        var first = BatchPart.First([]);
        var second = first.Next(Words);
        Assert.Equal(Words, BatchPart.EvidenceOf([first, second], 0).Words);
    }

    private static ImmutableArray<BatchPart> Cut(int first, int second)
    {
        var one = BatchPart.First(Words[..first]);
        var two = one.Next(Words[first..second]);
        return [one, two, two.Next(Words[second..])];
    }
}
