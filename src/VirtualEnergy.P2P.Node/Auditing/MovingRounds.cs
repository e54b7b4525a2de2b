using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>A settled round as it is held against its bids, with what else moves with its money.</summary>
/// <param name="Chain">Without its money where that cannot be known: periods that move with it were not seen.</param>
/// <param name="Carried">What earlier periods add.</param>
internal sealed record MovingRound(SettledOnChain Chain, IReadOnlyList<MemberDelta> Carried)
{
    public RoundAudit Audit(RoundAuditor auditor, PublishedRound published, IReadOnlyList<HeldReceipt>? receipts = null) => auditor.Audit(published, Chain, Carried, receipts);
}

/// <summary>
/// Goes through settled rounds one after another where balances do not move in every period: what rounds came to of which only the roots were settled is carried to the one with which their
/// money moves.
/// </summary>
/// <param name="periodsPerBatch">K: balances move in the periods p with p + 1 divisible by K.</param>
/// <param name="first">The first period that the escrow ever settled, where that is known: nothing moves with it but what came after.</param>
internal sealed class MovingRounds(int periodsPerBatch, Period? first)
{
    private readonly List<MemberDelta> _carried = [];
    private Period? _next;
    private bool _isWhole;

    /// <summary>The next round; <see cref="Done"/> follows.</summary>
    public MovingRound Next(SettledOnChain chain)
    {
        var period = chain.Event.Period;
        if (_next != period)
        {
            // Begun anew: the money of a batch that began before is not known.
            _carried.Clear();
            _isWhole = period.Index % periodsPerBatch == 0 || period == first;
        }

        return new MovingRound(chain.IsRootsOnly || _isWhole ? chain : chain with { Event = chain.Event with { DeltasHash = default } }, [.. _carried]);
    }

    /// <summary>What it came to.</summary>
    /// <param name="recomputed">Null where it could not be had or cleared: then what moves with it is not known either.</param>
    public void Done(SettledOnChain chain, Round? recomputed)
    {
        if (!chain.IsRootsOnly)
        {
            _carried.Clear();
            _isWhole = true;
        }
        else if (recomputed is null)
        {
            _isWhole = false;
        }
        else
        {
            _carried.AddRange(recomputed.Deltas);
        }

        _next = chain.Event.Period.Next;
    }
}
