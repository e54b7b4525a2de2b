using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>What energy was worth in the community in each period that is over, and the courses that a home expects of it: those of the last days.</summary>
/// <remarks>Not safe for concurrent use while prices are added.</remarks>
public sealed class PriceHistory(Period first)
{
    private const int PeriodsADay = 96;
    private const int MostDays = 5;

    /// <summary>How long back today is held against a day before: an hour.</summary>
    private const int Recent = 4;

    /// <summary>Periods in which e⁻¹ of the difference is left.</summary>
    private const double Fades = 8;

    private readonly List<double> _prices = [];
    private double _lowest = double.PositiveInfinity;
    private double _highest = double.NegativeInfinity;

    public IReadOnlyList<double> Prices => _prices;

    /// <summary>First period of which nothing is known yet.</summary>
    public Period Next => new(first.Index + _prices.Count);

    public void Add(double price)
    {
        _prices.Add(price);
        (_lowest, _highest) = (Math.Min(_lowest, price), Math.Max(_highest, price));
    }

    /// <summary>The price of a period, in whatever order; periods that were left out are taken to have been as the one before them.</summary>
    /// <param name="period">Not before the first.</param>
    public void Set(Period period, double price)
    {
        var at = checked((int)(period.Index - first.Index));
        while (_prices.Count < at)
        {
            Add(_prices.Count > 0 ? _prices[^1] : price);
        }

        if (at == _prices.Count)
        {
            Add(price);
        }
        else
        {
            _prices[at] = price;
            (_lowest, _highest) = (Math.Min(_lowest, price), Math.Max(_highest, price));
        }
    }

    /// <summary>
    /// The last days as courses from a period on, each moved by what the last hour lies above or below the same hour of that day, as far as such differences
    /// last: none before the first day is over, and no price beyond all that were seen.
    /// </summary>
    public ImmutableArray<double[]> Ahead(Period now, int length)
    {
        var known = (int)(now.Index - first.Index);
        return [.. Enumerable.Range(0, Math.Min(MostDays, known / PeriodsADay)).Select(day => Course(known, length, day))];
    }

    private double[] Course(int now, int length, int day)
    {
        var course = new double[length];
        var difference = Difference(now, PeriodsADay * (day + 1));
        for (var k = 0; k < length; k++)
        {
            // The second day of a course is its first one again, where the day after it is not over.
            var at = now + k - PeriodsADay * (day + 1);
            var then = _prices[at < now ? at : at - PeriodsADay * ((at - now) / PeriodsADay + 1)];
            course[k] = Math.Clamp(then + difference * Math.Exp(-k / Fades), _lowest, _highest);
        }

        return course;
    }

    private double Difference(int now, int back)
    {
        var (sum, hour) = (0.0, Math.Min(Recent, now - back));
        for (var i = 1; i <= hour; i++)
        {
            sum += _prices[now - i] - _prices[now - i - back];
        }

        return hour > 0 ? sum / hour : 0;
    }
}
