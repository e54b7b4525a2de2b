using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Households;

/// <summary>The data sets beside the repository. Expected numbers were added up from the files with another program.</summary>
public sealed class MeasuredDatasetTests
{
    [Fact]
    public void Hamlet_is_read_in_watts_from_its_first_quarter_of_an_hour()
    {
        var community = Dataset.Open(RepositoryFiles.Shared("data/hamlet"), null, 1);
        Assert.Equal((16, 4_316), (community.Households.Length, community.Length));
        Assert.Equal(new DateTimeOffset(2021, 2, 14, 23, 0, 0, TimeSpan.Zero), PeriodGrid.QuarterHour.StartOf(community.First));

        // hh_4536_0.csv begins 279, 258; the first day of hh_2012_3.csv sums to 24392 W, 6098 Wh, within a rounding of each period.
        Assert.Equal([279, 258], Home(community, "hh_4536_0").Profile.Load.Watts[..2].AsEnumerable());
        Assert.InRange(Home(community, "hh_2012_3").Profile.Consumption(community.First, 96).WattHours, 6_098 - 48, 6_098 + 48);
    }

    [Fact]
    public void Hamlets_plants_are_scaled_from_a_part_of_their_peak_power()
    {
        // The shapes' highest quarters of an hour are 0.884, 0.861 and 0.652 of the peak; peaks lie between 2 and 6 kWp.
        var plants = Dataset.Open(RepositoryFiles.Shared("data/hamlet"), null, 1).Households
            .Select(home => home.Profile.Photovoltaics).OfType<VirtualEnergy.P2P.Flexibility.PowerProfile>().ToArray();
        Assert.Equal(8, plants.Length);
        Assert.All(plants, plant => Assert.InRange(plant.Peak, 1_303, 5_303));
    }

    [Fact]
    public void Rebase_is_read_in_kilowatts_and_leaves_repeated_houses_out()
    {
        var community = Dataset.Open(RepositoryFiles.Shared("data/rebase_gse_community"), null, 1);

        // 18 columns less H14, which is H1, and H15, which is H5.
        Assert.Equal((16, 2_880), (community.Households.Length, community.Length));
        Assert.DoesNotContain(community.Households, home => home.Name is "H14" or "H15");
        Assert.Equal(new DateTimeOffset(2014, 9, 30, 23, 0, 0, TimeSpan.Zero), PeriodGrid.QuarterHour.StartOf(community.First));

        // H1 begins 0.195, 0.272 kW; its first day is 9.44375 kWh of load and 28.02225 kWh of sun.
        var home = Home(community, "H1");
        Assert.Equal([195, 272], home.Profile.Load.Watts[..2].AsEnumerable());
        Assert.InRange(home.Profile.Consumption(community.First, 96).WattHours, 9_444 - 48, 9_444 + 48);
        Assert.InRange(home.Profile.Production(community.First, 96).WattHours, 28_022 - 48, 28_022 + 48);
        Assert.Equal((new Energy(10_000), 5_451L, 1_000_000),
            (home.Battery!.Capacity, home.Battery.ChargeWatts, home.Battery.Charging.PartsPerMillion));
        Assert.Null(Home(community, "H6").Profile.Photovoltaics);
        Assert.Null(Home(community, "H6").Battery);
    }

    [Theory]
    [InlineData("data/hamlet")]
    [InlineData("data/rebase_gse_community")]
    public void More_homes_than_a_data_set_has_are_its_households_weeks_later(string folder)
    {
        var community = Dataset.Open(RepositoryFiles.Shared(folder), 20, 1);
        Assert.Equal(20, community.Households.Select(home => home.Name).Distinct().Count());
        var (first, later) = (community.Households[0], community.Households[16]);
        Assert.Equal($"{first.Name}+1", later.Name);
        Assert.Equal(first.Profile.Load.Watts[7 * 96], later.Profile.Load.Watts[0]);
    }

    [Fact]
    public void Zonal_prices_are_the_suppliers_prices_less_and_with_the_mark_up()
    {
        // SARD on 1 January 2022: 170.28 EUR/MWh in hour 1, which is 0.17028 EUR/kWh; 155.72 in hour 2.
        var prices = Sardinia();
        var midnight = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(new DateOnly(2022, 1, 1)));
        var tariff = prices.Tariff(midnight, 8, new Price(100_000));
        Assert.Equal(new SupplierPrices(new Price(270_280), new Price(170_280)), tariff.At(midnight));
        Assert.Equal(new Price(170_280), tariff.At(new Period(midnight.Index + 3)).Export);
        Assert.Equal(new Price(155_720), tariff.At(new Period(midnight.Index + 4)).Export);
    }

    [Fact]
    public void The_short_day_has_23_hours_and_the_long_days_missing_hour_repeats_the_one_before()
    {
        var prices = Sardinia();

        // 27 March 2022 ends with hour 23 at 22:00 UTC less one hour; 28 March begins at 22:00 UTC.
        Assert.Equal(new Price(235_580), prices.At(At("2022-03-27T21:45:00Z")));

        // 30 October 2022: hour 24 (119.99) begins at 21:00 UTC, the 25th at 22:00 UTC is not in the file.
        Assert.Equal(new Price(119_990), prices.At(At("2022-10-30T21:00:00Z")));
        Assert.Equal(new Price(119_990), prices.At(At("2022-10-30T22:45:00Z")));
    }

    [Fact]
    public void Another_year_takes_the_price_of_the_same_month_and_day()
    {
        var prices = Sardinia();
        Assert.Equal(new Price(170_280), prices.At(At("2026-12-31T23:00:00Z")));
        Assert.Equal(prices.At(At("2022-02-28T12:00:00Z")), prices.At(At("2024-02-29T12:00:00Z")));
        Assert.Equal(prices.At(At("2022-10-15T12:00:00Z")), prices.At(At("2014-10-15T12:00:00Z")));
    }

    [Fact]
    public void A_zone_that_the_file_leaves_empty_or_lacks_is_refused_by_name()
    {
        var file = RepositoryFiles.Shared("data/zonal_2022/it_zonal_prices_2022_hourly.csv");
        Assert.Contains("line 2, column ROSN: '' is not a number", Assert.Throws<DatasetException>(() => ZonalPrices.Read(file, "ROSN")).Message, StringComparison.Ordinal);
        Assert.Equal("ATLANTIS", Assert.Throws<DatasetException>(() => ZonalPrices.Read(file, "ATLANTIS")).Column);
    }

    private static ZonalPrices Sardinia() => ZonalPrices.Read(RepositoryFiles.Shared("data/zonal_2022/it_zonal_prices_2022_hourly.csv"));

    private static Period At(string instant) =>
        PeriodGrid.QuarterHour.At(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture));

    private static Household Home(Community community, string name) => community.Households.Single(home => home.Name == name);
}
