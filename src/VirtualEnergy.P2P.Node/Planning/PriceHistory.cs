using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>What energy was worth in the community in each period that is over, and the courses that a home expects of it: those of the last days.</summary>
/// <param name="first">The first period of which a price is told.</param>
/// <param name="grid">Length of a period.</param>
/// <remarks>Not safe for concurrent use while prices are added.</remarks>
public sealed class PriceHistory(Period first, PeriodGrid grid)
{
    private const int MostDays = 5;

    /// <summary>How long back today is held against a day before, s.</summary>
    private const int Recent = 3_600;

    /// <summary>After so long e⁻¹ of the difference is left, s.</summary>
    private const double Fades = 2 * 3_600;

    private readonly int _day = 86_400 / grid.LengthSeconds;
    private readonly List<double> _prices = [];
    private double _lowest = double.PositiveInfinity;
    private double _highest = double.NegativeInfinity;

    public IReadOnlyList<double> Prices => _prices;

    public Period First => first;

    /// <summary>First period of which nothing is known yet.</summary>
    public Period Next => new(first.Index + _prices.Count);

    public void Add(double price)
    {
        _prices.Add(price);
        (_lowest, _highest) = (Math.Min(_lowest, price), Math.Max(_highest, price));
    }

    /// <summary>A copy of the last periods.</summary>
    public PriceHistory Last(int most) => Part(Math.Max(0, _prices.Count - most), _prices.Count);

    /// <summary>A copy of what is before a period; null where nothing is.</summary>
    public PriceHistory? Before(Period now) => (int)Math.Clamp(now.Index - first.Index, 0, _prices.Count) is > 0 and var over ? Part(0, over) : null;

    private PriceHistory Part(int from, int to)
    {
        var part = new PriceHistory(new Period(first.Index + from), grid);
        foreach (var price in _prices[from..to])
        {
            part.Add(price);
        }

        return part;
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
        return [.. Enumerable.Range(0, Math.Min(MostDays, known / _day)).Select(day => Course(known, length, day))];
    }

    private double[] Course(int now, int length, int day)
    {
        var course = new double[length];
        var difference = Difference(now, _day * (day + 1));
        for (var k = 0; k < length; k++)
        {
            // The second day of a course is its first one again, where the day after it is not over.
            var at = now + k - _day * (day + 1);
            var then = _prices[at < now ? at : at - _day * ((at - now) / _day + 1)];
            course[k] = Math.Clamp(then + difference * Math.Exp(-k * grid.LengthSeconds / Fades), _lowest, _highest);
        }

        return course;
    }

    private double Difference(int now, int back)
    {
        var (sum, hour) = (0.0, Math.Min(Recent / grid.LengthSeconds, now - back));
        for (var i = 1; i <= hour; i++)
        {
            sum += _prices[now - i] - _prices[now - i - back];
        }

        return hour > 0 ? sum / hour : 0;
    }
}
