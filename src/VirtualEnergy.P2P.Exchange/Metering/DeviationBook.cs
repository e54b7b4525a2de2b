using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// What is known of each kept period's metering: what was traded, which reading counts, what is disputed, and what each member was settled by. From it
/// follows which period is due next, and what has to be corrected.
/// </summary>
/// <remarks>No I/O; everything in it is durable before. Any thread may call.</remarks>
/// <param name="settles">False where deviations are not settled: then nothing is kept.</param>
public sealed class DeviationBook(bool settles = true)
{
    /// <summary>How often a meter can say something else of one period: whoever is not sure after that has to ask the operator.</summary>
    public const int MostReadings = 16;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<Period, MeteredPeriod> _periods = [];

    // Settled by another number than would count now; by member, so that corrections come in that order.
    private readonly SortedSet<(MemberId Member, Period Period)> _toCorrect = [];

    /// <summary>The earliest cleared period that is not settled; null where all are.</summary>
    public Period? Due
    {
        get
        {
            lock (_lock)
            {
                return _periods.FirstOrDefault(entry => !entry.Value.IsSettled) is { Value: not null } due ? due.Key : null;
            }
        }
    }

    /// <summary>A round was cleared: its period will be metered.</summary>
    public void Clear(JournalledRound round)
    {
        lock (_lock)
        {
            if (!settles)
            {
                return;
            }

            _periods[round.Period] = new MeteredPeriod(round);
            while (_periods.Count > CommunityAccounts.KeptPeriods && _periods.First() is { Value.IsSettled: true } oldest)
            {
                _periods.Remove(oldest.Key);
                _toCorrect.RemoveWhere(entry => entry.Period == oldest.Key);
            }
        }
    }

    /// <summary>A reading is durable. Of a member's readings the highest number counts.</summary>
    public void Take(MeterReading reading)
    {
        lock (_lock)
        {
            if (_periods.TryGetValue(reading.Period, out var period) && !(period.Readings.GetValueOrDefault(reading.Member)?.Number >= reading.Number))
            {
                period.Readings[reading.Member] = reading;
                period.Counts[reading.Member] = period.Counts.GetValueOrDefault(reading.Member) + 1;
                Compare(reading.Member, reading.Period, period);
            }
        }
    }

    /// <summary>The reading of a member and period that is the newest, disputed or not; null where there is none.</summary>
    public MeterReading? ReadingOf(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _periods.GetValueOrDefault(period)?.Readings.GetValueOrDefault(member);
        }
    }

    /// <summary>Whether so many readings of the member and period were taken that no more are.</summary>
    public bool IsFull(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _periods.TryGetValue(period, out var kept) && kept.Counts.GetValueOrDefault(member) >= MostReadings;
        }
    }

    /// <summary>Whether the member's newest reading of the period is disputed.</summary>
    public bool IsDisputed(MemberId member, Period period)
    {
        lock (_lock)
        {
            return _periods.TryGetValue(period, out var kept) && kept.IsDisputed(member);
        }
    }

    /// <summary>A dispute, or its dismissal, is durable.</summary>
    public void Dispute(DisputedReading disputed, bool dismisses)
    {
        lock (_lock)
        {
            if (_periods.TryGetValue(disputed.Period, out var period))
            {
                if (dismisses)
                {
                    period.Disputed.Remove((disputed.Member, disputed.Number));
                }
                else
                {
                    period.Disputed.Add((disputed.Member, disputed.Number));
                }

                Compare(disputed.Member, disputed.Period, period);
            }
        }
    }

    /// <summary>Whether each of these members has a reading of the period.</summary>
    public bool IsComplete(Period period, IEnumerable<MemberId> members)
    {
        lock (_lock)
        {
            return _periods.TryGetValue(period, out var kept) && members.All(kept.Readings.ContainsKey);
        }
    }

    /// <summary>Whether a period before this one, cleared and not settled, lacks a reading of one of these members who had one of the period before, where that is kept.</summary>
    public bool Misses(Period before, IEnumerable<MemberId> members)
    {
        lock (_lock)
        {
            return _periods.Any(entry => entry.Key < before && !entry.Value.IsSettled && members.Any(member =>
                !entry.Value.Readings.ContainsKey(member) && _periods.GetValueOrDefault(entry.Key.Previous)?.Readings.ContainsKey(member) != false));
        }
    }

    /// <summary>What a period is to be settled by, at this moment.</summary>
    /// <param name="period">Cleared, and kept.</param>
    /// <param name="active">Members that are metered; who traded in the period is as well.</param>
    public MeteringDraft Draft(Period period, IEnumerable<MemberId> active)
    {
        lock (_lock)
        {
            var kept = _periods[period];
            var members = active.Union(kept.Traded.Keys.Where(kept.IsMember)).Order().ToList();
            var known = members.ToHashSet();
            return new MeteringDraft(
                kept.Price, kept.Supplier, [.. members.Select(member => kept.StandingOf(member, period))],
                [.. _toCorrect.Where(entry => entry.Period < period && known.Contains(entry.Member)).Select(entry =>
                    (_periods[entry.Period].StandingOf(entry.Member, entry.Period), _periods[entry.Period].SettledBy(entry.Member)!.Value.Net))]);
        }
    }

    /// <summary>A settled period is durable: these are now the numbers that members were settled by.</summary>
    public void Settle(DeviationResult result)
    {
        lock (_lock)
        {
            foreach (var (settled, _, source) in result.Positions)
            {
                Assume(settled.Position.Member, result.Period, settled.Position.Metered, source);
            }

            foreach (var (correction, source) in result.Corrections)
            {
                Assume(correction.Member, correction.Period, correction.Known, source);
            }

            if (_periods.TryGetValue(result.Period, out var period))
            {
                period.IsSettled = true;
            }
        }
    }

    private void Assume(MemberId member, Period index, Energy net, MeteredSource source)
    {
        if (_periods.TryGetValue(index, out var period))
        {
            period.Settle(member, new SettledBy(net, source.Reading?.Number));
            Compare(member, index, period);
        }
    }

    // An estimate that was settled stays as it was; only a reading that begins or ceases to count makes a correction.
    private void Compare(MemberId member, Period index, MeteredPeriod period)
    {
        if (period.SettledBy(member) is { } settled && settled.Number != period.Counting(member)?.Number)
        {
            _toCorrect.Add((member, index));
        }
        else
        {
            _toCorrect.Remove((member, index));
        }
    }
}
