using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Settlement.Contracts;

public sealed class MemberLanesTests
{
    private static readonly Address Ada = Address.Parse("0x00000000000000000000000000000000000000ad");
    private static readonly Address Ben = Address.Parse("0x00000000000000000000000000000000000000be");
    private static readonly MemberLanes Lanes = new([Ada, Ben]);

    [Fact]
    public void A_delta_goes_to_the_lane_of_its_member()
    {
        // Ben is lane 1, Ada lane 0: 2 in lane 0, −2 in lane 1 in two's complement.
        var words = Lanes.Pack(BatchOf((Ben, -2), (Ada, 2)));
        Assert.Equal([new LaneDelta(0, new Money(2)), new LaneDelta(1, new Money(-2))], DeltaWords.Unpack(words));
    }

    [Fact]
    public void A_member_who_is_not_registered_is_named()
    {
        var stranger = Address.Parse("0x00000000000000000000000000000000000000cc");
        var refusal = Assert.Throws<ArgumentException>(() => Lanes.Pack(BatchOf((Ada, 1), (stranger, -1))));
        Assert.Equal($"Member {stranger} is not registered on the chain.", refusal.Message);
    }

    [Fact]
    public void The_commitment_depends_on_every_part_of_the_batch()
    {
        var batch = BatchOf((Ada, 1), (Ben, -1));
        SettlementBatch[] others =
        [
            batch with { Period = batch.Period.Next },
            batch with { BidsRoot = Keccak256.Hash("other"u8) },
            batch with { TradesRoot = Keccak256.Hash("other"u8) },
            BatchOf((Ada, 2), (Ben, -2)),
            BatchOf(),
        ];
        Assert.Equal(6, others.Append(batch).Select(each => SettlementCommitment.Of(each, Lanes)).Distinct().Count());
    }

    [Fact]
    public void The_order_of_the_deltas_does_not_change_the_commitment() =>
        Assert.Equal(
            SettlementCommitment.Of(BatchOf((Ada, 1), (Ben, -1)), Lanes),
            SettlementCommitment.Of(BatchOf((Ben, -1), (Ada, 1)), Lanes));

    private static SettlementBatch BatchOf(params (Address Member, long MicroEur)[] deltas) =>
        new(new Period(7), Keccak256.Hash("bids"u8), Keccak256.Hash("trades"u8),
            [.. deltas.Select(delta => new MemberDelta(delta.Member.ToMember(), new Money(delta.MicroEur)))]);
}
