using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>
/// What each member can spend: her balance on the chain and what the rounds that the chain does not have yet will do to it.
/// Batches reach the chain in order, so the sum is what she has once they all arrived.
/// </summary>
/// <remarks>Bounded by members and unsettled rounds. Any thread may call.</remarks>
public sealed class FundsLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MemberId, Money> _onChain = [];
    private readonly Dictionary<MemberId, Money> _available = [];
    private readonly SortedDictionary<Period, IReadOnlyList<MemberDelta>> _unsettled = [];
    private readonly SortedDictionary<Period, IReadOnlyList<MemberDelta>> _unsettledDeviations = [];

    /// <summary>Rounds cleared whose money has not moved on the chain yet.</summary>
    public int UnsettledRounds
    {
        get
        {
            lock (_lock)
            {
                return _unsettled.Count;
            }
        }
    }

    /// <summary>µEUR; zero for who never paid in. Negative only if money left the chain behind the exchange's back.</summary>
    public Money Available(MemberId member)
    {
        lock (_lock)
        {
            return _available.GetValueOrDefault(member);
        }
    }

    /// <summary>The balance that the chain was last seen with.</summary>
    public Money OnChain(MemberId member)
    {
        lock (_lock)
        {
            return _onChain.GetValueOrDefault(member);
        }
    }

    /// <summary>What batches that the chain does not have yet will do to her balance: + is received.</summary>
    public Money Unsettled(MemberId member)
    {
        lock (_lock)
        {
            return _available.GetValueOrDefault(member) - _onChain.GetValueOrDefault(member);
        }
    }

    /// <summary>Takes balances as the chain has them after the last settled round: deposits and withdrawals show here.</summary>
    public void Observe(IEnumerable<KeyValuePair<MemberId, Money>> balances)
    {
        lock (_lock)
        {
            foreach (var (member, balance) in balances)
            {
                _available[member] = _available.GetValueOrDefault(member) + balance - _onChain.GetValueOrDefault(member);
                _onChain[member] = balance;
            }
        }
    }

    /// <summary>
    /// What nothing that is under way can take from each: her balance less all that unsettled batches take from her. What they bring does not count, as a metered batch may
    /// reach the chain before them.
    /// </summary>
    /// <param name="except">A metered period whose deviations do not count.</param>
    public IReadOnlyDictionary<MemberId, Money> Certain(Period? except = null)
    {
        lock (_lock)
        {
            var certain = new Dictionary<MemberId, Money>(_onChain);
            var taken = _unsettled.Values.Concat(_unsettledDeviations.Where(entry => entry.Key != except).Select(entry => entry.Value));
            foreach (var (member, delta) in taken.SelectMany(deltas => deltas).Where(delta => delta.Delta < Money.Zero))
            {
                certain[member] = certain.GetValueOrDefault(member) + delta;
            }

            return certain;
        }
    }

    /// <summary>A round was cleared: its money counts from now on, though the chain does not have it yet.</summary>
    public void Clear(Period period, IReadOnlyList<MemberDelta> deltas) => Clear(_unsettled, period, deltas);

    /// <summary>A metered period was settled here: its money counts from now on, too.</summary>
    public void ClearDeviations(Period period, IReadOnlyList<MemberDelta> deltas) => Clear(_unsettledDeviations, period, deltas);

    /// <summary>A metered period was settled here anew, before the chain had it.</summary>
    public void ReviseDeviations(Period period, IReadOnlyList<MemberDelta> deltas)
    {
        lock (_lock)
        {
            if (!_unsettledDeviations.Remove(period, out var before))
            {
                throw new InvalidOperationException($"Period {period} is not waiting for settlement.");
            }

            foreach (var (member, delta) in before)
            {
                _available[member] = _available.GetValueOrDefault(member) - delta;
            }

            Clear(_unsettledDeviations, period, deltas);
        }
    }

    /// <summary>The chain has the round now: what was expected has become balance.</summary>
    public void Settle(Period period) => Settle(_unsettled, period);

    /// <summary>The chain has the period's deviations now.</summary>
    public void SettleDeviations(Period period) => Settle(_unsettledDeviations, period);

    private void Clear(SortedDictionary<Period, IReadOnlyList<MemberDelta>> unsettled, Period period, IReadOnlyList<MemberDelta> deltas)
    {
        lock (_lock)
        {
            if (!unsettled.TryAdd(period, deltas))
            {
                throw new InvalidOperationException($"Period {period} is in the ledger already.");
            }

            foreach (var (member, delta) in deltas)
            {
                _available[member] = _available.GetValueOrDefault(member) + delta;
            }
        }
    }

    private void Settle(SortedDictionary<Period, IReadOnlyList<MemberDelta>> unsettled, Period period)
    {
        lock (_lock)
        {
            if (!unsettled.Remove(period, out var deltas))
            {
                throw new InvalidOperationException($"Period {period} is not waiting for settlement.");
            }

            foreach (var (member, delta) in deltas)
            {
                _onChain[member] = _onChain.GetValueOrDefault(member) + delta;
            }
        }
    }

    /// <summary>The chain lost the round: its money is expected again.</summary>
    public void Unsettle(Period period, IReadOnlyList<MemberDelta> deltas)
    {
        lock (_lock)
        {
            if (!_unsettled.TryAdd(period, deltas))
            {
                throw new InvalidOperationException($"Period {period} is waiting for settlement already.");
            }

            foreach (var (member, delta) in deltas)
            {
                _onChain[member] = _onChain.GetValueOrDefault(member) - delta;
            }
        }
    }
}
