using VirtualEnergy.P2P.Benchmarks.Limits;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Benchmarks.Forecasting;

/// <summary>Forecasters: one measurement and one forecast of 36 hours, and the memory of 10,000 homes.</summary>
internal static class ForecastLimits
{
    private const int Homes = 10_000;
    private const int Periods = 96 * 14;
    private const int Horizon = 144;
    private const int Rounds = 15;

    private static readonly Period First = new(1_800_000);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    public static IEnumerable<Limit> Measure()
    {
        var (load, sun, price) = (new LoadForecaster(PeriodGrid.QuarterHour), Plant(), new PriceForecaster(PeriodGrid.QuarterHour, Tariff));
        var parts = new (string Name, Action<Period> Step)[]
        {
            ("load", period => { load.Observe(period, Watts(period)); load.Ahead(period.Next, Horizon); }),
            ("sun, with coordinates", period => { sun.Observe(period, Watts(period)); sun.Ahead(period.Next, Horizon); }),
            ("price", period => { price.Observe(period, new Price(90_000 + 100 * Watts(period))); price.Ahead(period.Next, Horizon); }),
        };
        var now = First;
        var samples = Samples.Interleaved(Rounds, [.. parts.Select<(string Name, Action<Period> Step), Action>((part, i) => () =>
        {
            // Each round is a fortnight later than the one before, for all three.
            now = i == 0 ? new Period(now.Index + Periods) : now;
            for (var t = 0; t < Periods; t++)
            {
                part.Step(new Period(now.Index + t));
            }
        })]);
        for (var i = 0; i < parts.Length; i++)
        {
            yield return Limit.AtMost(
                $"forecast: {parts[i].Name}, one measurement and 144 periods ahead", samples[i].Median / Periods * 1e6, 50, "µs", $"median of {Rounds} runs of {Periods} periods, one core");
        }

        yield return Memory();
    }

    private static Limit Memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var homes = new object[3 * Homes];
        for (var i = 0; i < Homes; i++)
        {
            homes[3 * i] = new LoadForecaster(PeriodGrid.QuarterHour);
            homes[3 * i + 1] = Plant();
            homes[3 * i + 2] = new PriceForecaster(PeriodGrid.QuarterHour, Tariff);
        }

        var used = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(homes);
        return Limit.AtMost("forecast: load, sun and price of 10,000 homes", used / 1e6, 150, "MB", "managed heap after a full collection");
    }

    private static PhotovoltaicForecaster Plant() =>
        PhotovoltaicForecaster.At(PeriodGrid.QuarterHour, SunPosition.CagliariLatitude, SunPosition.CagliariLongitude);

    /// <summary>Any load: a daily shape and something that looks like chance, 200 to 1,900 W.</summary>
    private static long Watts(Period period) => 200 + 15 * (period.Index % 96) + period.Index * 7_919 % 257;
}
