using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>The readings that estimates are made from, fetched from the journal once a period and only where somebody has to be estimated.</summary>
internal sealed class EarlierReadings(ExchangeJournal journal, PeriodGrid grid)
{
    private readonly Dictionary<Period, Dictionary<MemberId, Energy>> _fetched = [];

    /// <summary>Import − export of a member in a period, and where the number comes from.</summary>
    public (Energy Net, MeteredSource Source) NetOf(MeterStanding standing)
    {
        if (standing.Reading is { } reading)
        {
            return (reading.Net, new MeteredSource(reading, 0, false));
        }

        List<Energy> found = [.. MeterEstimate.Basis(standing.Period, grid).Where(period => NetsOf(period).ContainsKey(standing.Member)).Select(period => NetsOf(period)[standing.Member])];
        return (MeterEstimate.Of(found, standing.Traded), new MeteredSource(null, found.Count, standing.IsDisputed));
    }

    private Dictionary<MemberId, Energy> NetsOf(Period period)
    {
        if (!_fetched.TryGetValue(period, out var nets))
        {
            _fetched[period] = nets = journal.CountingReadings(period).ToDictionary(reading => reading.Member, reading => reading.Net);
        }

        return nets;
    }
}
