using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>By what a member was last settled in a metered period.</summary>
/// <param name="Net">Import less export, Wh.</param>
/// <param name="Number">The reading's; null for an estimate.</param>
/// <param name="IsDisputed">The estimate stands in for a reading that she disputes.</param>
/// <param name="By">The metered period that said so last: the period itself, or a later one that corrects it.</param>
public readonly record struct LastSettled(Energy Net, long? Number, bool IsDisputed, Period By);

/// <summary>
/// What an auditor has seen settled of each member and period: a correction must begin from just that. Of what was corrected twice the later word counts.
/// </summary>
public sealed class MeteringHistory
{
    /// <summary>A week of quarter hours, and one: for as long an exchange takes readings, and so can correct.</summary>
    public const int Kept = 673;

    private readonly SortedDictionary<Period, Dictionary<MemberId, LastSettled>> _periods = [];

    /// <summary>The first period of the unbroken row up to the last; null where nothing was taken.</summary>
    public Period? Since { get; private set; }

    /// <summary>The last metered period taken.</summary>
    public Period? Last { get; private set; }

    /// <summary>By what a member was last settled, as far as it was seen; null where she was not, or it was not seen.</summary>
    public LastSettled? Of(MemberId member, Period period) =>
        _periods.TryGetValue(period, out var members) && members.TryGetValue(member, out var settled) ? settled : null;

    /// <summary>Whether every metered period from this one on was seen.</summary>
    public bool Reaches(Period period) => Since is { } since && since <= period;

    /// <summary>The metered period that the chain has next.</summary>
    /// <param name="before">The one that was metered before it, by the chain's log: where another was taken last, the row begins anew.</param>
    public void Take(PublishedMetering published, Period before)
    {
        Book(published);
        Since = Last == before ? Since : published.Period;
        Last = published.Period;
        while (_periods.Count > 0 && _periods.Keys.First() is var oldest && oldest.Index <= Last.Value.Index - Kept)
        {
            _periods.Remove(oldest);
            Since = Since < oldest.Next ? oldest.Next : Since;
        }
    }

    /// <summary>All metered periods that the chain has from some one on up to <see cref="Since"/>, or up to the last one where the row was broken.</summary>
    public void TakeEarlier(IReadOnlyList<PublishedMetering> unbroken)
    {
        foreach (var published in unbroken)
        {
            Book(published);
        }

        if (unbroken.Count > 0)
        {
            (Since, Last) = (unbroken[0].Period, Last > unbroken[^1].Period ? Last : unbroken[^1].Period);
        }
    }

    private void Book(PublishedMetering published)
    {
        foreach (var position in published.Positions)
        {
            var (member, metered, _, _) = position.Settled.Position;
            Book(member, published.Period, new LastSettled(metered, position.Reading?.Energy.Number, position.Reading is null && position.IsDisputed, published.Period));
        }

        foreach (var (correction, reading) in published.Corrections)
        {
            // Nothing but a dispute takes a reading's place by an estimate.
            Book(correction.Member, correction.Period, new LastSettled(correction.Known, reading?.Energy.Number, reading is null, published.Period));
        }
    }

    private void Book(MemberId member, Period period, LastSettled settled)
    {
        if (!_periods.TryGetValue(period, out var members))
        {
            _periods[period] = members = [];
        }

        if (!members.TryGetValue(member, out var known) || known.By <= settled.By)
        {
            members[member] = settled;
        }
    }
}
