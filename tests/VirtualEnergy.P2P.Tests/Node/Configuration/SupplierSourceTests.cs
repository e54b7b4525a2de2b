using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Configuration;

public sealed class SupplierSourceTests
{
    private static readonly Community Community = GeneratedCommunity.Create(2, 1, new DateOnly(2026, 4, 15));

    // Wednesday 15 April 2026, 10:00.
    private static readonly Period Ten = new(PeriodGrid.QuarterHour.At(ItalianTime.Midnight(new DateOnly(2026, 4, 15))).Index + 40);

    [Fact]
    public void Without_a_word_it_is_one_price() => Assert.Equal(280_000, new SupplierSource().Open(Community).At(Ten).Import.MicroEurPerKWh);

    [Fact]
    public void Bands_have_the_price_of_their_hours()
    {
        var tariff = new SupplierSource { Tariff = SupplierSource.Bands, F1MicroEurPerKWh = 3, F2MicroEurPerKWh = 2, F3MicroEurPerKWh = 1, ExportMicroEurPerKWh = 0 }.Open(Community);
        Assert.Equal(
            [3, 2, 1], new[] { Ten, new Period(Ten.Index + 40), new Period(Ten.Index + 52) }.Select(period => tariff.At(period).Import.MicroEurPerKWh));
    }

    [Fact]
    public void An_hourly_tariff_without_prices_and_an_unknown_one_are_refused_with_what_to_do()
    {
        Assert.Contains("--prices", Assert.Throws<UserErrorException>(() => new SupplierSource { Tariff = "hourly" }.Open(Community)).Message, StringComparison.Ordinal);
        Assert.Contains("single, bands and hourly", Assert.Throws<UserErrorException>(() => new SupplierSource { Tariff = "free" }.Open(Community)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_hourly_tariff_is_the_files_price_and_the_mark_up()
    {
        var file = RepositoryFiles.Shared("data/zonal_2022/it_zonal_prices_2022_hourly.csv");
        var prices = new SupplierSource { Tariff = "hourly", Prices = file, MarkUpMicroEurPerKWh = 50_000 }.Open(Community).At(Ten);
        Assert.Equal(50_000, prices.Import.MicroEurPerKWh - prices.Export.MicroEurPerKWh);
        Assert.Equal(ZonalPrices.Read(file).At(Ten), prices.Export);
    }
}
