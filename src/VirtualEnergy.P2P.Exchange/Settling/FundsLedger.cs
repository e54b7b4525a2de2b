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

    /// <summary>A round was cleared: its money counts from now on, though the chain does not have it yet.</summary>
    public void Clear(Period period, IReadOnlyList<MemberDelta> deltas)
    {
        lock (_lock)
        {
            if (!_unsettled.TryAdd(period, deltas))
            {
                throw new InvalidOperationException($"Period {period} is in the ledger already.");
            }

            foreach (var (member, delta) in deltas)
            {
                _available[member] = _available.GetValueOrDefault(member) + delta;
            }
        }
    }

    /// <summary>The chain has the round now: what was expected has become balance.</summary>
    public void Settle(Period period)
    {
        lock (_lock)
        {
            if (!_unsettled.Remove(period, out var deltas))
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
