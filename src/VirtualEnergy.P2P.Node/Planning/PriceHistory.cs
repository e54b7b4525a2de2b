using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>What energy was worth in the community in each period that is over, and the courses that a home expects of it: those of the last days.</summary>
/// <remarks>Not safe for concurrent use while prices are added.</remarks>
public sealed class PriceHistory(Period first)
{
    private const int PeriodsADay = 96;
    private const int MostDays = 5;

    private readonly List<double> _prices = [];

    public IReadOnlyList<double> Prices => _prices;

    /// <summary>First period of which nothing is known yet.</summary>
    public Period Next => new(first.Index + _prices.Count);

    public void Add(double price) => _prices.Add(price);

    /// <summary>The price of a period, in whatever order; periods that were left out are taken to have been as the one before them.</summary>
    /// <param name="period">Not before the first.</param>
    public void Set(Period period, double price)
    {
        var at = checked((int)(period.Index - first.Index));
        while (_prices.Count < at)
        {
            _prices.Add(_prices.Count > 0 ? _prices[^1] : price);
        }

        if (at == _prices.Count)
        {
            _prices.Add(price);
        }
        else
        {
            _prices[at] = price;
        }
    }

    /// <summary>The last days as courses from a period on; none before the first day is over.</summary>
    public ImmutableArray<double[]> Ahead(Period now, int length)
    {
        var known = (int)(now.Index - first.Index);
        return [.. Enumerable.Range(0, Math.Min(MostDays, known / PeriodsADay)).Select(day => Course(known, length, day))];
    }

    private double[] Course(int now, int length, int day)
    {
        var course = new double[length];
        for (var k = 0; k < length; k++)
        {
            // The second day of a course is its first one again, where the day after it is not over.
            var at = now + k - PeriodsADay * (day + 1);
            course[k] = _prices[at < now ? at : at - PeriodsADay * ((at - now) / PeriodsADay + 1)];
        }

        return course;
    }
}
