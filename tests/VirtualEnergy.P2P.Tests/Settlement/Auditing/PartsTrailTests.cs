using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Auditing;

public sealed class PartsTrailTests
{
    private static readonly Period Period = new(1_000);

    [Fact]
    public void A_batch_has_the_parts_since_the_one_before()
    {
        var trail = PartsTrail.Of([Part(0, 1), Settled(11), Part(0, 2), Part(5, 3), Settled(12), Part(0, 4)]);
        Assert.Equal([2, 3], trail.Of(Hash(12)).Select(NumberOf));
        Assert.Equal([4], trail.Open.Select(NumberOf));
        Assert.Empty(trail.Of(Hash(13)));
    }

    [Fact]
    public void A_part_is_undone_wholly_or_from_a_slot_on()
    {
        var trail = PartsTrail.Of([Part(0, 1), Part(5, 2), Undone(7)]);
        Assert.Equal([null, 7], trail.Open.Select(part => part.Until));
        trail.Take(Undone(5));
        Assert.Equal([1], trail.Open.Select(NumberOf));
    }

    /// <summary>Two parts from slot 0 on, the first of them empty: each event undoes one.</summary>
    [Fact]
    public void Of_parts_from_the_same_slot_one_is_undone_at_a_time()
    {
        var trail = PartsTrail.Of([Part(0, 1), Part(0, 2), Undone(0)]);
        Assert.Equal([1], trail.Open.Select(NumberOf));
    }

    [Fact]
    public void What_is_rolled_back_by_parts_is_unfinished_again_also_where_it_had_none()
    {
        var trail = PartsTrail.Of([Part(0, 1), Part(5, 2), Settled(11), Settled(12), new BatchWasReopened(Hash(12), 9, default)]);
        Assert.Equal([12], trail.Open.Select(NumberOf));
        trail.Take(Undone(0));
        trail.Take(new BatchWasReopened(Hash(11), 9, default));
        Assert.Equal([1, 2], trail.Open.Select(NumberOf));
    }

    private static PartWasSettled Part(int from, byte number) => new(Period, false, from, Hash(number), 7, Hash(number));

    private static PartWasUndone Undone(int slot) => new(slot, 8, default);

    private static PeriodSettled Settled(byte number) => new(new SettledEvent(Period, default, default, Hash(number), 7, Hash(number)));

    private static Hash256 Hash(byte number) => new([number, .. new byte[31]]);

    private static int NumberOf(LoggedPart part) => part.DeltasHash.ToArray()[0];
}
