using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// A car of HAMLET: <c>ev/ev_*.csv</c> with <c>availability</c> (1 at home) and <c>energy_consumed</c> (Wh, in the period in which it comes back).
/// </summary>
public sealed class CarTable
{
    /// <summary>What a journey takes more is charged on the way. Wh.</summary>
    private const long MostDriven = 25_000;

    private const int Stop = 8;

    private readonly TimeSeriesTable _table;
    private readonly ImmutableArray<long> _isHome;
    private readonly ImmutableArray<long> _driven;

    private CarTable(TimeSeriesTable table) => (_table, _isHome, _driven) = (table, table.Watts("availability", 1), table.Watts("energy_consumed", 1));

    public static ImmutableArray<CarTable> Of(string folder)
    {
        var cars = Path.Combine(folder, "ev");
        return !Directory.Exists(cars) ? [] : [.. Directory.GetFiles(cars, "ev_*.csv").Order(StringComparer.Ordinal)
            .Select(file => new CarTable(TimeSeriesTable.Read(file, "timestamp", HamletDataset.UnixSeconds, "Unix seconds")))];
    }

    /// <summary>
    /// The journeys of a span, taken so many weeks later in the file, as far as it goes. A stop at home of less than two hours is part of a
    /// journey, and none takes more than nine tenths of what was charged at home since the one before.
    /// </summary>
    public ImmutableArray<Journey> Journeys(Period first, int periods, int weeksLater, long chargeWatts)
    {
        var journeys = ImmutableArray.CreateBuilder<Journey>();
        var offset = first.Index + weeksLater * 672L - _table.First.Index;
        if (offset < 0 || offset + periods >= _table.Length)
        {
            offset = ((first.Index - _table.First.Index) % 672 + 672) % 672;
        }

        for (var i = 1; i < periods && offset + i < _table.Length; i++)
        {
            if (_isHome[(int)(offset + i)] != 0 || _isHome[(int)(offset + i - 1)] == 0)
            {
                continue;
            }

            var back = i;
            while (offset + back + Stop < _table.Length && _isHome.AsSpan((int)(offset + back), Stop).Contains(0))
            {
                back++;
            }

            var since = i - (journeys.Count > 0 ? journeys[^1].Back.Index - first.Index : 0);
            var charged = (long)(0.9 * 0.9 * chargeWatts / 4 * since);
            var driven = 0L;
            for (var k = i; k <= back; k++)
            {
                driven += _driven[(int)(offset + k)];
            }

            var energy = Math.Min(Math.Min(MostDriven, charged), driven);
            journeys.Add(new Journey(new Period(first.Index + i), new Period(first.Index + back), new Energy(energy)));
            i = back;
        }

        return journeys.ToImmutable();
    }
}
