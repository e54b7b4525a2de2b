using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Whether balances on the chain moved by what the rounds came to, and by nothing else.</summary>
/// <param name="round">As it follows from the bids.</param>
/// <param name="chain">What was settled.</param>
/// <param name="carried">What earlier periods add, where balances do not move in every one.</param>
internal sealed class DeltaCheck(Round round, SettledOnChain chain, IReadOnlyList<MemberDelta> carried)
{
    public AuditFinding? First()
    {
        if (chain.IsRootsOnly)
        {
            return null;
        }

        var expected = round.Deltas.Concat(carried).GroupBy(delta => delta.Member)
            .ToDictionary(own => own.Key, own => own.Aggregate(Money.Zero, (sum, delta) => sum + delta.Delta));
        if (expected.Where(entry => entry.Value != Money.Zero && !chain.Lanes.Contains(entry.Key)).Select(entry => (MemberId?)entry.Key).FirstOrDefault() is { } stranger)
        {
            return Of($"what {stranger} gets", "the account is not registered with the contract", $"{expected[stranger]} follow from the bids");
        }

        if (chain.Words is not { } words)
        {
            var hash = SettlementCommitment.DeltasHash([.. expected.Select(entry => new MemberDelta(entry.Key, entry.Value))], chain.Lanes);
            return hash == chain.Event.DeltasHash ? null
                : Of("the deltas", $"the chain has deltas with the hash {chain.Event.DeltasHash}, and no call data shows them", $"those that follow from the bids have {hash}");
        }

        var moved = DeltaWords.Unpack(words).ToDictionary(delta => delta.Lane, delta => delta.Delta);
        foreach (var member in chain.Lanes.All.Select(address => address.ToMember()))
        {
            moved.Remove(chain.Lanes.LaneOf(member), out var has);
            var should = expected.GetValueOrDefault(member);
            if (has != should)
            {
                return Of($"what {member} gets", $"the chain moved {has}", $"from the bids follow {should}");
            }
        }

        return moved.Select(entry => (LaneDelta?)new LaneDelta(entry.Key, entry.Value)).FirstOrDefault() is { } unknown
            ? Of($"lane {unknown.Lane}", $"the chain moved {unknown.Delta}", "nobody has that lane") : null;
    }

    private AuditFinding Of(string what, string said, string follows) => new(round.Period, AuditCheck.ChainDeltas, what, said, follows);
}
