using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

/// <summary>A home is described in quarters of an hour; markets have periods of 5, 30 and 60 minutes as well.</summary>
public sealed class OtherPeriodsTests
{
    private static readonly PeriodGrid Quarters = PeriodGrid.QuarterHour;
    private static readonly PeriodGrid FiveMinutes = new(300);
    private static readonly PeriodGrid Hours = new(3_600);
    private static readonly DateTimeOffset Midnight = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Power_stays_what_it_was_in_shorter_periods_and_is_the_mean_in_longer_ones()
    {
        // From 7:30 on, so that the first hour is half of it: 100 and 200 W at the end of an hour that is otherwise as on the next day, the nearest inside.
        var day = Enumerable.Range(0, 96).Select(t => t < 2 ? 100L * (t + 1) : 400L);
        var profile = new PowerProfile(Quarters.At(Midnight.AddHours(7.5)), [.. day]);
        var fine = profile.On(FiveMinutes);
        Assert.Equal([100L, 100, 100, 200, 200, 200, 400], Enumerable.Range(0, 7).Select(t => fine.At(FiveMinutes.At(Midnight.AddHours(7.5).AddMinutes(5 * t)))));
        Assert.Equal(3 * 96, fine.Watts.Length);

        // (400 + 400 + 100 + 200) / 4 = 275 at seven, and 400 at eight; the day after is the same.
        var coarse = profile.On(Hours);
        Assert.Equal([275L, 400, 275], new[] { 7, 8, 31 }.Select(hour => coarse.At(Hours.At(Midnight.AddHours(hour)))));
        Assert.Same(profile, profile.On(Quarters));
        Assert.Equal(250, PowerProfile.Constant(250).On(Hours).At(new Period(77)));
    }

    [Fact]
    public void A_run_keeps_its_energy_and_never_begins_before_it_is_loaded_or_ends_after_its_deadline()
    {
        // 75 minutes of 2,000, 2,000, 100, 100 and 500 W, 1,175 Wh; loaded at 8:15, to be done by 11:45, and a second wish with 90 minutes from 14:15 on.
        var washer = new ApplianceDescription("washer", [2_000, 2_000, 100, 100, 500],
        [
            new ApplianceRun(Quarters.At(Midnight.AddHours(8.25)), Quarters.At(Midnight.AddHours(11.75))), new ApplianceRun(Quarters.At(Midnight.AddHours(14.25)), Quarters.At(Midnight.AddHours(15.75))),
        ]);
        var fine = washer.On(FiveMinutes);
        Assert.Equal([2_000L, 2_000, 2_000, 2_000, 2_000, 2_000, 100, 100, 100, 100, 100, 100, 500, 500, 500], fine.ProfileWatts);
        Assert.Equal(new ApplianceRun(FiveMinutes.At(Midnight.AddHours(8.25)), FiveMinutes.At(Midnight.AddHours(11.75))), fine.Runs[0]);

        // By the hour: (2,000 + 2,000 + 100 + 100) / 4 = 1,050 W and 500 / 4 = 125 W, from 9 to 11; in 90 minutes around no whole two hours the member starts it.
        var coarse = washer.On(Hours);
        Assert.Equal([1_050L, 125], coarse.ProfileWatts);
        Assert.Equal([new ApplianceRun(Hours.At(Midnight.AddHours(9)), Hours.At(Midnight.AddHours(11)))], coarse.Runs);
    }

    [Fact]
    public void A_car_is_away_in_each_period_in_which_it_is_away_for_a_part()
    {
        Journey Trip(double leaves, double back, long energy) => new(Quarters.At(Midnight.AddHours(leaves)), Quarters.At(Midnight.AddHours(back)), new Energy(energy));
        var car = new CarStore("car", new Energy(50_000), 7_400, [Trip(7.5, 8.25, 3_000), Trip(8.5, 9, 1_000), Trip(17, 18, 2_000)], new Energy(5_000), new Energy(20_000), 3_700);
        var coarse = Assert.IsType<CarStore>(car.On(Hours));
        Assert.Equal([new Journey(Hours.At(Midnight.AddHours(7)), Hours.At(Midnight.AddHours(9)), new Energy(4_000)), new Journey(Hours.At(Midnight.AddHours(17)), Hours.At(Midnight.AddHours(18)), new Energy(2_000))], coarse.Journeys);
        var stage = coarse.At(Hours.At(Midnight.AddHours(10)));
        Assert.Equal((7_400.0, 3_700.0, 50_000.0, 20_000.0), (stage.MostIn, stage.MostOut, stage.Ceiling, coarse.InitialFill));

        // Ready two hours before it leaves: with 4 kWh and the reserve of 5 from five on, and by five-minute periods as well.
        Assert.Equal([0.0, 9_000, 9_000], coarse.Expected(Hours.At(Midnight.AddHours(4)), 3).Select(expected => expected.Wanted));
        var fine = car.On(FiveMinutes).Expected(FiveMinutes.At(Midnight.AddHours(5)), 10);
        Assert.Equal([0.0, 0, 0, 0, 0, 0, 8_000], fine.Take(7).Select(expected => expected.Wanted)); // 3 kWh and the reserve at the end of 5:30 to 5:35
    }

    [Theory]
    [InlineData(300, 100)] // 1,200 W for 5 minutes
    [InlineData(900, 300)]
    [InlineData(3_600, 1_200)]
    public void A_home_bids_by_the_time_of_day_in_a_market_of_any_periods(int seconds, long wattHours)
    {
        // 1,200 W from noon to 13:00 each day, else nothing, as it was measured for a week.
        var grid = new PeriodGrid(seconds);
        var first = Quarters.At(Midnight.AddDays(-7));
        var home = new PlannedHome(new HomeDescription("home", 6_000, new PowerProfile(first, [.. Enumerable.Range(0, 8 * 96).Select(t => t % 96 is >= 48 and < 52 ? 1_200L : 0)])), []);
        var agent = new HomeAgent(home, MarketRules.Default with { Grid = grid }, SupplierTariff.Flat(new Price(280_000), new Price(90_000)));
        long Asked(double hour) => agent.BidFor(grid.At(Midnight.AddHours(hour))).Buy.Sum(step => step.Energy.WattHours);
        Assert.InRange(Asked(4), 0, 5); // a third of a day, or three, before noon it is not noon
        Assert.InRange(Asked(12.5), wattHours * 9 / 10, wattHours + wattHours / 20);
    }

    [Fact]
    public void Everything_that_a_home_has_comes_along()
    {
        var description = new HomeDescription("home", 6_000, PowerProfile.Constant(400), PowerProfile.Constant(100), new BatteryDescription(new Energy(5_000), 2_000, 2_000)) { MarginPermille = 7 };
        var home = new PlannedHome(description, [new CarStore("car", new Energy(50_000), 7_400, [], Energy.Zero, Energy.Zero), .. Heat])
        {
            Lights = [new DimmableLight("light", new PowerProfile(new Period(0), [0, 0, 0, 80]), 0.5, new Price(1))], Wind = new WindTurbine(PowerProfile.Constant(300)),
        };
        var hourly = home.On(Hours);
        Assert.Equal(home.Devices, hourly.Devices);
        Assert.All(hourly.Stores, store => Assert.Equal(Hours, store.Grid));
        Assert.Equal((7, 400, 100, 20, 300), (hourly.Home.MarginPermille, hourly.Home.Load.At(new Period(5)), hourly.Home.Photovoltaics!.At(new Period(5)), hourly.Lights[0].Watts.At(new Period(0)), hourly.Wind!.Production.At(new Period(5))));
        Assert.Same(home, home.On(Quarters));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1_800)]
    [InlineData(3_600)]
    public void A_device_that_holds_heat_is_the_same_device_in_periods_of_any_length(int seconds)
    {
        var (grid, ratio) = (new PeriodGrid(seconds), seconds / 900.0);
        foreach (var quarterly in Heat)
        {
            var other = quarterly.On(grid);
            var (was, now) = (quarterly.At(new Period(40)), other.At(new Period(40)));
            Assert.Equal((was.Floor, was.Ceiling, was.InYield, was.OutYield, quarterly.InitialFill), (now.Floor, now.Ceiling, now.InYield, now.OutYield, other.InitialFill));
            Assert.Equal((was.MostIn * ratio, was.MostOut * ratio), (now.MostIn, now.MostOut));
            Assert.Equal(Math.Pow(was.Keep, ratio), now.Keep, 12);

            // Left alone for three hours it loses the same, but that use is taken at a period's end: in rooms that lose 7.5 % an hour half of that, 3.75 %, where a period lasts one.
            var left = LeftAlone(quarterly, 12);
            Assert.Equal(left, LeftAlone(other, 10_800 / seconds), Math.Abs(quarterly.InitialFill - left) * 0.0375);
            Assert.Equal(was, other.On(Quarters).At(new Period(40)));
        }

        static double LeftAlone(StoreModel store, int periods) => Enumerable.Range(0, periods).Aggregate(store.InitialFill, (fill, t) => store.At(new Period(t)).Left(fill));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(3_600)]
    public void Rooms_that_have_cooled_down_are_heated_in_a_market_of_any_periods(int seconds)
    {
        // 3 kW of heat keep 20 °C at 0 °C outside, electricity costs the same at all times: what is spent is what is lost, and the pump runs on.
        var grid = new PeriodGrid(seconds);
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0)), [Rooms]);
        var agent = new HomeAgent(home, MarketRules.Default with { Grid = grid }, SupplierTariff.Flat(new Price(280_000), new Price(90_000)));
        var (first, heated) = (grid.At(Midnight), 0L);
        for (var t = 0; t < 86_400 / seconds; t++)
        {
            var period = new Period(first.Index + t);
            _ = agent.BidFor(period);
            heated += agent.Deliver(period, null, Energy.Zero).Net.WattHours;
        }

        // 72 kWh of heat less 2 kWh that the rooms held, at a performance of 6.81 − 0.121 · 40 + 0.00063 · 1,600 = 2.978: 23.5 kWh.
        Assert.InRange(heated, 23_000, 24_500);
    }

    private static HeatPumpStore Rooms => new("rooms", 3_000, PowerProfile.Constant(3_000), capacityPerKelvin: 2_000, lossPerKelvin: 150, band: 2);

    private static StoreModel[] Heat =>
    [
        Rooms, new WaterHeaterStore("tank", 2_000, 150, PowerProfile.Constant(200), 60, 25), new FreezerStore("freezer", 250, 100),
        new CogenerationStore("cogeneration", 1_000, CogenerationCost.Usual(new Price(100_000)), PowerProfile.Constant(1_000)),
    ];
}
