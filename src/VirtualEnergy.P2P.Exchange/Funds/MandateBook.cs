using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>The mandate of each member that counts, and what each has spent on the day, as admission asks for them.</summary>
/// <remarks>Any thread may call. Bounded by members: of each the last mandate and one day's sum.</remarks>
public sealed class MandateBook(MarketRules rules)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MemberId, JournalledMandate> _mandates = [];
    private readonly Dictionary<MemberId, ulong> _entering = [];
    private readonly DailySpending _spending = new(rules.Grid);

    /// <summary>The mandate that counts; null where the member gave none.</summary>
    public JournalledMandate? Of(MemberId member)
    {
        lock (_lock)
        {
            return _mandates.GetValueOrDefault(member);
        }
    }

    /// <summary>What a member has spent on the day of a period.</summary>
    public Money Spent(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _spending.Of(member, period);
        }
    }

    /// <summary>What her mandate leaves a member on the day of a period, below zero where a new one is lower than what is spent; null: no bound.</summary>
    public Money? Left(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _mandates.TryGetValue(member, out var given) && given.Mandate.Most is { } most ? most - _spending.Of(member, period) : null;
        }
    }

    /// <summary>Takes a number for a mandate that is being written down; false where it does not pass the last one.</summary>
    public bool TryEnter(Mandate mandate)
    {
        lock (_lock)
        {
            if (LastNumber(mandate.Member) >= mandate.Number)
            {
                return false;
            }

            _entering[mandate.Member] = mandate.Number;
            return true;
        }
    }

    /// <summary>The mandate is durable: it counts, unless a higher number does already.</summary>
    public void Confirm(JournalledMandate given)
    {
        lock (_lock)
        {
            var member = given.Mandate.Member;
            if (!_mandates.TryGetValue(member, out var other) || other.Mandate.Number < given.Mandate.Number)
            {
                _mandates[member] = given;
            }

            Leave(given.Mandate);
        }
    }

    /// <summary>The mandate could not be written down: its number is free again.</summary>
    public void TakeBack(Mandate mandate)
    {
        lock (_lock)
        {
            Leave(mandate);
        }
    }

    /// <summary>The highest number that a member has used; null before the first.</summary>
    public ulong? LastNumber(MemberId member)
    {
        lock (_lock)
        {
            ulong? durable = _mandates.TryGetValue(member, out var given) ? given.Mandate.Number : null;
            ulong? entering = _entering.TryGetValue(member, out var number) ? number : null;
            return durable > entering || entering is null ? durable : entering;
        }
    }

    /// <summary>A round was cleared: what it took counts for its day.</summary>
    public void Clear(Period period, IEnumerable<Trade> trades, IEnumerable<Charge> charges)
    {
        lock (_lock)
        {
            _spending.Clear(period, trades, charges);
        }
    }

    private void Leave(Mandate mandate)
    {
        if (_entering.GetValueOrDefault(mandate.Member) == mandate.Number)
        {
            _entering.Remove(mandate.Member);
        }
    }
}
