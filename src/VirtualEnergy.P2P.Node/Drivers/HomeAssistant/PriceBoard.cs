using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>The prices of the last rounds: which one holds now, and which one comes next.</summary>
/// <param name="grid">When a period begins.</param>
public sealed class PriceBoard(PeriodGrid grid)
{
    private const int Kept = 8;

    private readonly SortedDictionary<Period, Price?> _prices = [];

    /// <summary>Takes a round's price, null where nothing traded.</summary>
    public void Add(Period period, Price? price)
    {
        _prices[period] = price;
        if (_prices.Count > Kept)
        {
            _prices.Remove(_prices.Keys.First());
        }
    }

    /// <summary>The newest round whose delivery has begun; null before the first.</summary>
    public (Period Period, Price? Price)? Current(DateTimeOffset now) =>
        _prices.Where(entry => grid.StartOf(entry.Key) <= now).Select(entry => ((Period, Price?)?)(entry.Key, entry.Value)).LastOrDefault();

    /// <summary>The first round whose delivery is still to come; null where none was cleared ahead.</summary>
    public (Period Period, Price? Price)? Next(DateTimeOffset now) =>
        _prices.Where(entry => grid.StartOf(entry.Key) > now).Select(entry => ((Period, Price?)?)(entry.Key, entry.Value)).FirstOrDefault();

    /// <summary>When what <see cref="Current"/> says changes by itself; null while it does not.</summary>
    public DateTimeOffset? ChangesAt(DateTimeOffset now) => Next(now) is { } next ? grid.StartOf(next.Period) : null;
}
