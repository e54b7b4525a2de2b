using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>Rounds and metered periods of the journal for who goes through them in order: fetched many at a time, a page of each in memory.</summary>
internal sealed class JournalPages(ExchangeJournal journal)
{
    private const int PageSize = 96;

    private (long Page, Dictionary<Period, JournalledRound> Rounds) _rounds = (-1, []);
    private (long Page, Dictionary<Period, JournalledDeviations> Deviations) _deviations = (-1, []);

    public JournalledRound? Round(Period period)
    {
        if (_rounds.Page != period.Index / PageSize)
        {
            _rounds = (period.Index / PageSize, journal.Rounds(First(period), Last(period)).ToDictionary(round => round.Period));
        }

        return _rounds.Rounds.GetValueOrDefault(period);
    }

    public JournalledDeviations? Deviations(Period period)
    {
        if (_deviations.Page != period.Index / PageSize)
        {
            _deviations = (period.Index / PageSize, journal.Deviations(First(period), Last(period)).ToDictionary(deviations => deviations.Period));
        }

        return _deviations.Deviations.GetValueOrDefault(period);
    }

    private static Period First(Period period) => new(period.Index / PageSize * PageSize);

    private static Period Last(Period period) => new(First(period).Index + PageSize - 1);
}
