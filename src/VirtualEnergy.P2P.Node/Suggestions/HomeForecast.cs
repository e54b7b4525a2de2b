using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Flexibility.Suggestions;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Suggestions;

/// <summary>What a home expects of the coming periods: its load and sun from its own history, the price from the market's.</summary>
public sealed class HomeForecast
{
    /// <summary>Days of its own history that are looked at.</summary>
    public const int Days = 14;

    private readonly Period _now;
    private readonly PeriodOutlook[] _outlook;

    /// <param name="home">The home; what it measured is read up to <paramref name="now"/>.</param>
    /// <param name="tariff">Its supplier's prices.</param>
    /// <param name="prices">Prices of the market in order, up to now; without any, the supplier's count.</param>
    /// <param name="now">The present period, of which nothing is known yet.</param>
    /// <param name="periods">How many periods are looked ahead.</param>
    public HomeForecast(HomeDescription home, SupplierTariff tariff, IReadOnlyList<(Period Period, Price? Price)> prices, Period now, int periods)
    {
        var grid = PeriodGrid.QuarterHour;
        var (load, sun, price) = (new LoadForecaster(grid, home.ConnectionWatts), PhotovoltaicForecaster.Anywhere(grid), new PriceForecaster(grid, tariff));
        for (var period = new Period(now.Index - Days * 96); period < now; period = period.Next)
        {
            load.Observe(period, home.Load.At(period));
            sun.Observe(period, home.Photovoltaics?.At(period) ?? 0);
        }

        var known = 0;
        foreach (var (period, cleared) in prices)
        {
            known += period < now && cleared is { } value && price.Observe(period, value) ? 1 : 0;
        }

        KnownPrices = known;
        var (loads, suns, local) = (load.Ahead(now, periods), sun.Ahead(now, periods), price.Ahead(now, periods));
        _now = now;
        _outlook = [.. Enumerable.Range(0, periods).Select(i =>
        {
            var supplier = tariff.At(new Period(now.Index + i));
            var watts = loads[i].Mean - (home.Photovoltaics is null ? 0 : suns[i].Mean);
            var expected = new Price(local[i].Mean);
            return known > 0
                ? new PeriodOutlook(grid.EnergyOf(watts), expected, expected)
                : new PeriodOutlook(grid.EnergyOf(watts), supplier.Import, supplier.Export);
        })];
    }

    /// <summary>What a running node expects anyhow: no history is read.</summary>
    /// <param name="expected">From <paramref name="now"/> on; without a course of prices the supplier's count.</param>
    /// <param name="tariff">The supplier's prices.</param>
    public HomeForecast(Outlook expected, SupplierTariff tariff, Period now, PeriodGrid grid)
    {
        (_now, KnownPrices) = (now, expected.Prices.Length);
        _outlook = [.. expected.Load.Select((load, t) =>
        {
            var (net, supplier) = (new Energy((long)Math.Round(load - expected.Sun[t])), tariff.At(new Period(now.Index + t)));
            if (expected.Prices.IsEmpty)
            {
                return new PeriodOutlook(net, supplier.Import, supplier.Export);
            }

            var price = new Price((long)Math.Round(expected.Prices.Average(course => course[t])));
            return new PeriodOutlook(net, price, price);
        })];
    }

    /// <summary>Prices of the market that were taken in, or courses of them that are expected; with none, expected prices are the supplier's.</summary>
    public int KnownPrices { get; }

    /// <summary>The outlook of a period; what lies beyond the horizon is taken for its end.</summary>
    public PeriodOutlook At(Period period) => _outlook[(int)Math.Clamp(period.Index - _now.Index, 0, _outlook.Length - 1)];
}
