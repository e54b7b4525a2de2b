using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.Settlement.Contracts;

public sealed class DeltaWordsTests
{
    private static readonly BigInteger Jump = BigInteger.One << 252;

    // Lanes as they come in a community, and far apart; deltas of everyday size, and the extremes.
    private static readonly Gen<LaneDelta> NarrowDelta =
        Gen.Select(
            Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 100_000]),
            Gen.OneOf(Gen.Long[-500_000, 500_000], Gen.Long[DeltaWords.Least.MicroEur, DeltaWords.Most.MicroEur]),
            (lane, delta) => new LaneDelta(lane, new Money(delta)));

    private static readonly Gen<LaneDelta> WideDelta =
        Gen.Select(Gen.Int[0, 15], Gen.OneOf(Gen.Long[-500_000, 500_000], Gen.Long), (account, delta) => new LaneDelta(DeltaWords.FirstWideLane + account, new Money(delta)));

    private static readonly Gen<LaneDelta[]> Deltas = Distinct(NarrowDelta.Array[0, 60]);

    private static readonly Gen<LaneDelta[]> AnyDeltas =
        Distinct(Gen.Select(NarrowDelta.Array[0, 20], WideDelta.Array[0, 6], (narrow, wide) => (LaneDelta[])[.. narrow, .. wide]));

    [Fact]
    public void A_lane_that_comes_twice_is_refused() => Refused("Lane 3 comes twice.", new(3, new Money(1)), new(3, new Money(-1)));

    [Fact]
    public void A_negative_lane_is_refused() => Refused("Lane -1 is negative.", new LaneDelta(-1, new Money(1)));

    [Theory]
    [InlineData(2_199_023_255_552)] // 2^41
    [InlineData(-2_199_023_255_553)] // −2^41 − 1
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_delta_of_more_than_42_bits_is_refused(long microEur) =>
        Refused($"The delta of lane 0, {microEur} µEUR, does not fit in 42 bits.", new LaneDelta(0, new Money(microEur)));

    [Fact]
    public void Words_that_the_contract_would_refuse_are_not_read()
    {
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([BigInteger.One << 253]));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([Jump]));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([0, Jump | 1]));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([BigInteger.MinusOne]));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([Jump | ((BigInteger.One << 252) - 1)]));
    }

    [Fact]
    public void Nothing_moved_is_no_word_at_all()
    {
        Assert.Empty(DeltaWords.Pack([]));
        Assert.Empty(DeltaWords.Pack([new LaneDelta(5, Money.Zero)]));
    }

    [Fact]
    public void A_word_holds_six_lanes_of_42_bits_in_twos_complement()
    {
        // Lane 0 gets 5, lane 1 pays 3, lane 5 pays 2^41:  5 + (2^42 − 3)·2^42 + 2^41·2^210.
        var expected = 5 + (((BigInteger.One << 42) - 3) << 42) + (BigInteger.One << 251);
        Assert.Equal([expected], DeltaWords.Pack([new(5, DeltaWords.Least), new(1, new Money(-3)), new(0, new Money(5))]));
    }

    [Fact]
    public void Slots_without_deltas_are_jumped_over()
    {
        // Lane 1 is slot 0; lane 6 slot 1, due next; lane 20 is lane 2 of slot 3, to which a jump leads.
        Assert.Equal(
            [BigInteger.One << 42, BigInteger.One, Jump | 3, BigInteger.One << 84],
            DeltaWords.Pack([new(20, new Money(1)), new(1, new Money(1)), new(6, new Money(1))]));
    }

    [Fact]
    public void A_wide_account_has_a_word_of_its_own()
    {
        // Lane 2^24 − 16 is the slot of that number, and the next account's follows it without a jump; −1 is 2^252 − 1.
        Assert.Equal(
            [BigInteger.One, Jump | ((1 << 24) - 16), BigInteger.Pow(2, 50), Jump - 1],
            DeltaWords.Pack([new(16_777_200, new Money(1L << 50)), new(16_777_201, new Money(-1)), new(0, new Money(1))]));
    }

    [Fact]
    public void No_lane_is_beyond_the_sixteenth_wide_account()
    {
        Refused("Lane 16777216 is beyond the last one, 16777215.", new LaneDelta(1 << 24, new Money(1)));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([Jump | (1 << 24), 1]));
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([Jump | ((1 << 24) - 1), 1, 1]));
    }

    [Fact]
    public void A_wide_delta_beyond_64_bits_is_not_read() =>
        Assert.Throws<FormatException>(() => DeltaWords.Unpack([Jump | DeltaWords.FirstWideLane, BigInteger.Pow(2, 63)]));

    [Fact]
    public void What_is_packed_is_unpacked_and_the_order_does_not_matter() =>
        AnyDeltas.Sample(deltas =>
        {
            var words = DeltaWords.Pack(deltas);
            Assert.Equal(deltas.Where(delta => delta.Delta != Money.Zero).OrderBy(delta => delta.Lane), DeltaWords.Unpack(words));
            Assert.Equal(words, DeltaWords.Pack(deltas.Reverse()));
        });

    [Fact]
    public void A_word_is_the_sum_of_its_lanes_shifted_into_place() =>
        Deltas.Sample(deltas =>
        {
            // The plain model: per slot Σ (delta mod 2^42) · 2^(42·lane).
            var model = deltas.Where(delta => delta.Delta != Money.Zero)
                .GroupBy(delta => delta.Lane / 6)
                .OrderBy(slot => slot.Key)
                .Select(slot => slot.Aggregate(BigInteger.Zero, (sum, delta) => sum + Modulo42(delta.Delta) * BigInteger.Pow(2, delta.Lane % 6 * 42)));
            Assert.Equal(model, DeltaWords.Pack(deltas).Where(word => word < Jump));
        });

    private static Gen<LaneDelta[]> Distinct(Gen<LaneDelta[]> deltas) => deltas.Select(some => some.DistinctBy(delta => delta.Lane).ToArray());

    private static BigInteger Modulo42(Money delta) =>
        delta.MicroEur >= 0 ? delta.MicroEur : BigInteger.Pow(2, 42) + delta.MicroEur;

    private static void Refused(string message, params LaneDelta[] deltas) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => DeltaWords.Pack(deltas)).Message);
}
