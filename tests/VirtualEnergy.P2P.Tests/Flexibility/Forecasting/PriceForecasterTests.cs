using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Tests.Flexibility.Forecasting.Histories;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

public sealed class PriceForecasterTests
{
    private static readonly Period Monday = Midnight(2026, 6, 1);
    private static readonly SupplierTariff Flat = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void From_nothing_it_expects_the_middle_of_the_suppliers_prices() =>
        Assert.All(new PriceForecaster(Grid, Flat).Ahead(Monday, 96), forecast => Assert.Equal(185_000, forecast.Mean));

    [Fact]
    public void Cheap_noons_and_dear_evenings_are_learned()
    {
        var forecaster = Fed(Flat, 14 * 96, period => new Price(Hour(period) is >= 10 and < 16 ? 100_000 : 260_000));
        var ahead = forecaster.Ahead(new Period(Monday.Index + 14 * 96), 96);
        Assert.InRange(ahead[13 * 4].Mean, 100_000, 125_000);
        Assert.InRange(ahead[20 * 4].Mean, 235_000, 262_000);
    }

    [Fact]
    public void A_price_moves_with_the_suppliers()
    {
        // Always half-way: with the supplier at 10 and 30 ct, then at 20 and 40, that is 20 and then 30 ct.
        var prices = Enumerable.Repeat(new SupplierPrices(new Price(300_000), new Price(100_000)), 7 * 96)
            .Concat(Enumerable.Repeat(new SupplierPrices(new Price(400_000), new Price(200_000)), 96));
        var forecaster = Fed(new SupplierTariff(Monday, [.. prices]), 7 * 96, _ => new Price(200_000));
        Assert.All(forecaster.Ahead(new Period(Monday.Index + 7 * 96), 96), forecast => Assert.InRange(forecast.Mean, 299_000, 301_000));
    }

    [Fact]
    public void No_forecast_lies_outside_the_suppliers_prices_whatever_was_cleared()
    {
        var forecaster = Fed(Flat, 96, period => new Price(period.Index % 2 == 0 ? long.MaxValue : long.MinValue));
        Assert.All(forecaster.Ahead(new Period(Monday.Index + 96), 144), forecast =>
        {
            Assert.InRange(forecast.Low95, 90_000, forecast.Low68);
            Assert.InRange(forecast.High95, forecast.High68, 280_000);
        });
    }

    [Fact]
    public void A_supplier_without_a_spread_leaves_nothing_to_forecast()
    {
        var forecaster = new PriceForecaster(Grid, SupplierTariff.Flat(new Price(200_000), new Price(200_000)));
        Assert.False(forecaster.Observe(Monday, new Price(150_000)));
        Assert.All(forecaster.Ahead(Monday, 4), forecast => Assert.Equal((200_000, 200_000, 200_000), (forecast.Mean, forecast.Low95, forecast.High95)));
    }

    private static int Hour(Period period) => ItalianTime.Local(Grid.StartOf(period)).Hour;

    private static PriceForecaster Fed(SupplierTariff tariff, int periods, Func<Period, Price> price)
    {
        var forecaster = new PriceForecaster(Grid, tariff);
        foreach (var period in From(Monday, periods))
        {
            Assert.True(forecaster.Observe(period, price(period)));
        }

        return forecaster;
    }
}
