using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>
/// What a home in a running market expects: load and sun as its forecasters have learned them from what it measured before, and the market's prices
/// as they were on the last days. Before a day of prices is known it plans with its supplier's.
/// </summary>
/// <remarks>Asked for periods in order, by one at a time. A round that is over while a forecast takes long is left out.</remarks>
public sealed class HomeForesight
{
    /// <summary>What is looked ahead: 36 hours.</summary>
    private const int HorizonSeconds = 36 * 3_600;

    /// <summary>So much of what the home measured before is learned from at the start: four weeks.</summary>
    private const int HistorySeconds = 28 * 86_400;

    /// <summary>After a longer silence the prices from before it say nothing any more: a week of quarters of an hour.</summary>
    private const int LongestGap = 672;

    private readonly Lock _gate = new();
    private readonly HomeDescription _home;
    private readonly PeriodGrid _grid;
    private readonly SupplierTariff _tariff;
    private LearnedForecast? _learned;
    private PriceHistory? _history;
    private Period _first;

    /// <param name="home">Its measured profiles are looked at only where they lie before what is asked for.</param>
    /// <param name="grid">The market's periods.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    public HomeForesight(HomeDescription home, PeriodGrid grid, SupplierTariff tariff) => (_home, _grid, _tariff) = (home, grid, tariff);

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
        var oldest = new Period(Math.Max(0, now.Index - HistorySeconds / _grid.LengthSeconds));
        _learned ??= new LearnedForecast(_home, _home.Load.First > now || _home.Load.First < oldest ? oldest : _home.Load.First, _grid);
        var length = HorizonSeconds / _grid.LengthSeconds;
        return new Outlook(_learned.Load(now, length), _learned.Sun(now, length), PricesAhead(now, length));
    }

    /// <summary>A round is over: what energy was worth in it is remembered.</summary>
    /// <param name="price">The one price; null where nothing was traded.</param>
    /// <param name="own">What the home bid; null where it did not.</param>
    public void Cleared(Period period, Price? price, BidSteps? own)
    {
        // The courses of past days are told in quarters of an hour.
        if (_grid != PeriodGrid.QuarterHour || period < _first || !_gate.TryEnter())
        {
            return;
        }

        try
        {
            if (_history is null || period.Index - _history.Next.Index > LongestGap)
            {
                (_history, _first) = (new PriceHistory(period), period);
            }

            _history.Set(period, Worth(price, own, _tariff.At(period)));
        }
        finally
        {
            _gate.Exit();
        }
    }

    private ImmutableArray<double[]> PricesAhead(Period now, int length)
    {
        if (_history is null || now < _history.Next || now.Index - _history.Next.Index > LongestGap)
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

    // Who offered and found nobody learns that the supplier took what was too much; who asked and found nobody, that it gave what was missing.
    private static double Worth(Price? price, BidSteps? own, SupplierPrices supplier) =>
        price is { } cleared ? cleared.MicroEurPerKWh
        : own is { Sell.IsDefaultOrEmpty: false, Buy.IsDefaultOrEmpty: true } ? supplier.Export.MicroEurPerKWh
        : own is { Sell.IsDefaultOrEmpty: true, Buy.IsDefaultOrEmpty: false } ? supplier.Import.MicroEurPerKWh
        : (supplier.Import.MicroEurPerKWh + supplier.Export.MicroEurPerKWh) / 2.0;
}
