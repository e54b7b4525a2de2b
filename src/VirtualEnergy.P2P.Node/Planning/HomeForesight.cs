using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>
/// What a home in a running market expects: load and sun as its forecasters have learned them from what it measured before, and the market's prices
/// at which the plans of all homes meet, where the market tells them, else as they were on the last days. Before a day of prices is known it plans with its supplier's.
/// </summary>
/// <remarks>Asked for periods in order, by one at a time. A round that is over while a forecast takes long is left out.</remarks>
public sealed class HomeForesight
{
    /// <summary>What is looked ahead: five days, as a car that can wait is to know the sunny one among them.</summary>
    private const int HorizonSeconds = 120 * 3_600;

    /// <summary>Shorter periods are planned for as many of them as a plan can take in a few milliseconds: three days of five minutes.</summary>
    private const int MostPeriods = 864;

    /// <summary>So much of what the home measured before is learned from at the start: four weeks.</summary>
    private const int HistorySeconds = 28 * 86_400;

    /// <summary>After a longer silence the prices from before it say nothing any more: a week.</summary>
    private const int LongestGapSeconds = 7 * 86_400;

    /// <summary>So many periods what the market told of prices is used: it tells anew with each, but a message can be lost.</summary>
    private const int FreshPeriods = 4;

    private readonly Lock _gate = new();
    private readonly HomeDescription _home;
    private readonly MarketRules _rules;
    private readonly PeriodGrid _grid;
    private readonly SupplierTariff _tariff;
    private readonly bool _isMetered;
    private ImmutableArray<CountedPeriod> _recalled = [];
    private LearnedForecast? _learned;
    private PriceHistory? _history;
    private PriceHistory? _remembered;
    private PriceOutlook? _outlook;
    private Period _first;

    /// <param name="home">Its measured profiles are looked at only where they lie before what is asked for.</param>
    /// <param name="rules">The market's.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="isMetered">Whether what flows from now on is told by <see cref="Counted"/> alone.</param>
    public HomeForesight(HomeDescription home, MarketRules rules, SupplierTariff tariff, bool isMetered = false) =>
        (_home, _rules, _grid, _tariff, _isMetered) = (home, rules, rules.Grid, tariff, isMetered);

    /// <summary>Looks ahead from the start of a period.</summary>
    public Outlook Ahead(Period now)
    {
        lock (_gate)
        {
            return LookAhead(now);
        }
    }

    private Outlook LookAhead(Period now)
    {
        RememberPrices(now);
        var oldest = new Period(Math.Max(0, now.Index - HistorySeconds / _grid.LengthSeconds));
        _learned ??= Learned(now, oldest);
        var length = Math.Min(HorizonSeconds / _grid.LengthSeconds, MostPeriods);
        var told = Told(now, length);
        var outlook = new Outlook(_learned.Load(now, length), _learned.Sun(now, length), told is null ? PricesAsBefore(now, length) : [told]) { Bands = _learned.Bands(now, length) };
        return told is null ? outlook : outlook with { Haste = Outlook.HasteOfPlans };
    }

    // The household's profile tells of the time before the meter: where that is known from before, before the first that was counted.
    private LearnedForecast Learned(Period now, Period oldest)
    {
        var recalled = _recalled.Where(counted => counted.Period >= oldest && counted.Period < now).ToList();
        var first = _home.Load.First > now || _home.Load.First < oldest ? oldest : _home.Load.First;
        var learned = new LearnedForecast(_home, first, _grid) { Ends = recalled.Count > 0 ? recalled[0].Period : _isMetered ? now : null };
        foreach (var (period, load, sun) in recalled)
        {
            learned.Counted(period, load, sun);
        }

        return learned;
    }

    /// <summary>Before the first look ahead: what a meter counted while the node ran before, in order. Periods that are not over teach nothing.</summary>
    public void Recall(ImmutableArray<CountedPeriod> counted) => _recalled = _isMetered ? counted : [];

    /// <summary>What energy was worth in the last rounds, a copy; null before the first, and while a forecast takes long.</summary>
    /// <param name="most">Of how many periods.</param>
    public PriceHistory? LastPrices(int most)
    {
        if (!_gate.TryEnter())
        {
            return null;
        }

        try
        {
            return _history?.Last(most);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Before the first look ahead: what energy was worth before the node was started anew. What is not over by then says nothing.</summary>
    public void RecallPrices(PriceHistory? prices) => _remembered = prices;

    private void RememberPrices(Period now)
    {
        if (_remembered is not { } remembered)
        {
            return;
        }

        _remembered = null;
        if (_history is null && remembered.Before(now) is { } over)
        {
            (_history, _first) = (over, over.First);
        }
    }

    /// <summary>A round is over: what energy was worth in it is remembered.</summary>
    /// <param name="price">The one price; null where nothing was traded.</param>
    /// <param name="own">What the home bid; null where it did not.</param>
    public void Cleared(Period period, Price? price, BidSteps? own)
    {
        if (period < _first || !_gate.TryEnter())
        {
            return;
        }

        try
        {
            RememberPrices(period);
            if (_history is null || IsLong(period.Index - _history.Next.Index))
            {
                (_history, _first) = (new PriceHistory(period, _grid), period);
            }

            _history.Set(period, Worth(price, own, _tariff.At(period)));
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>What a meter has counted, Wh ≥ 0: from these the home learns what its load and sun are like. Out of order it is left out.</summary>
    public void Counted(Period period, Energy load, Energy sun)
    {
        lock (_gate)
        {
            _learned?.Counted(period, load, sun);
        }
    }

    /// <summary>The market has told at which prices the plans of all meet. Prices beyond the supplier's are taken for the supplier's: nobody need trade at them.</summary>
    public void Told(PriceOutlook outlook) => _outlook = outlook;

    private double[]? Told(Period now, int length) =>
        _outlook is { } told && now.Index - told.First.Index is >= 0 and < FreshPeriods && now.Index - told.First.Index < told.Prices.Length
            ? Tradable(told.From(now, length, _grid))
            : null;

    private ImmutableArray<double[]> PricesAsBefore(Period now, int length)
    {
        if (_history is null || now < _history.Next || IsLong(now.Index - _history.Next.Index))
        {
            return [];
        }

        if (now > _history.Next)
        {
            // A result is not there yet, or was lost.
            _history.Set(now.Previous, _history.Prices[^1]);
        }

        return _history.Ahead(now, length);
    }

    private bool IsLong(long gap) => gap > LongestGapSeconds / _grid.LengthSeconds;

    private double[] Tradable(PriceOutlook outlook) =>
        [.. outlook.Prices.Select((price, t) => Reservation.Of(_tariff.At(new Period(outlook.First.Index + t)), _home.MarginPermille, _rules).Nearest(price.MicroEurPerKWh))];

    // Who offered and found nobody learns that the supplier took what was too much; who asked and found nobody, that it gave what was missing.
    private static double Worth(Price? price, BidSteps? own, SupplierPrices supplier) =>
        price is { } cleared ? cleared.MicroEurPerKWh
        : own is { Sell.IsDefaultOrEmpty: false, Buy.IsDefaultOrEmpty: true } ? supplier.Export.MicroEurPerKWh
        : own is { Sell.IsDefaultOrEmpty: true, Buy.IsDefaultOrEmpty: false } ? supplier.Import.MicroEurPerKWh
        : (supplier.Import.MicroEurPerKWh + supplier.Export.MicroEurPerKWh) / 2.0;
}
