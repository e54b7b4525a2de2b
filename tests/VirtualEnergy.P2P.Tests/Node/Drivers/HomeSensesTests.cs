using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

/// <summary>What the house says of itself when a period is bid for.</summary>
public sealed class HomeSensesTests : IAsyncDisposable
{
    // 12:00 is the start of a quarter of an hour.
    private static readonly Period Noon = PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));

    private readonly HouseOfPlugs _house = new();
    private readonly MemberControls _controls = new();
    private readonly HomeSenses _senses;

    public HomeSensesTests()
    {
        _senses = new HomeSenses(_house.Book, null, _controls, new HomeCars([], null, NullLogger.Instance), _house.Time);
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges | DeviceAbilities.Measures)
        {
            Role = "battery", CapacityWattHours = 10_000, ChargeWatts = 4_000, DischargeWatts = 5_000, ReservePermille = 100,
        });
        _senses.Tell(Joined(MarketRules.Default));
    }

    private static MarketJoined Joined(MarketRules rules) => new(
        new MarketDescription("village", 1, "0x" + new string('a', 40), "0x" + new string('b', 40), rules), new HomeDescription("Anna", 6_000, PowerProfile.Constant(400)),
        SupplierTariff.Flat(new Price(280_000), new Price(90_000)));

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public void A_battery_that_plays_a_part_is_sensed_with_what_is_in_it()
    {
        Assert.Empty(_senses.Sense(Noon).Batteries); // it has said nothing yet
        Says(600);
        var battery = Assert.Single(_senses.Sense(Noon).Batteries);
        Assert.Equal(("battery", 10_000, 6_000, 1_000, 4_000, 5_000), (
            battery.Name, battery.Battery.Capacity.WattHours, battery.Battery.InitialFill.WattHours, battery.Battery.MinimumFill.WattHours, battery.Battery.ChargeWatts, battery.Battery.DischargeWatts));
    }

    [Fact]
    public void A_car_is_sensed_with_its_journeys_while_it_is_connected_and_not_at_all_while_it_is_away()
    {
        var car = new HomeDevice("battery/car", "Car", "battery", DeviceKind.Battery, "", DeviceAbilities.Charges | DeviceAbilities.Measures)
        {
            Role = "car", CapacityWattHours = 50_000, ChargeWatts = 7_000, DischargeWatts = 0, IsCar = true, SaysConnected = true,
        };
        _house.Book.Appear(car);
        _house.Book.Read(car.Id, new DeviceReading(_house.Time.GetUtcNow(), null, FillPermille: 400));

        // Nothing is known of it: it is ready with 10 kWh at seven each morning, 18 hours after 12:00 UTC for the first time.
        var sensed = Assert.Single(_senses.Sense(Noon).Batteries);
        Assert.Equal(("car", 20_000), (sensed.Name, sensed.Battery.InitialFill.WattHours));
        Assert.Equal(new Journey(new Period(Noon.Index + 72), new Period(Noon.Index + 73), new Energy(10_000)), sensed.Journeys[0]);
        Assert.True(_senses.Sense(Noon).Batteries.All(battery => battery.Name == "car" != battery.Journeys.IsDefault));

        // In a market of whole hours it is to be ready at six UTC as well, and away until seven.
        var hours = new PeriodGrid(3_600);
        _senses.Tell(Joined(MarketRules.Default with { Grid = hours }));
        var noon = hours.At(PeriodGrid.QuarterHour.StartOf(Noon));
        Assert.Equal(new Journey(new Period(noon.Index + 18), new Period(noon.Index + 19), new Energy(10_000)), Assert.Single(_senses.Sense(noon).Batteries).Journeys[0]);
        _senses.Tell(Joined(MarketRules.Default));

        _house.Book.Lose(car.Id, "is not connected");
        Assert.Empty(_senses.Sense(Noon.Next).Batteries);
    }

    [Fact]
    public void What_the_running_plan_still_does_is_counted_in()
    {
        // At 12:05 two thirds of the quarter of an hour are left: 600 of 900 Wh go in, 570 of which arrive.
        _senses.Tell(Run(Noon, 900));
        _house.Time.Advance(TimeSpan.FromMinutes(5));
        Says(600);
        Assert.Equal(6_570, _senses.Sense(Noon.Next).Batteries[0].Battery.InitialFill.WattHours);

        // In the period itself what is in it now counts; and the plan of one that is over moves nothing.
        Assert.Equal(6_000, _senses.Sense(Noon).Batteries[0].Battery.InitialFill.WattHours);
        _house.Time.Advance(TimeSpan.FromMinutes(11));
        Says(650);
        Assert.Equal(6_500, _senses.Sense(new Period(Noon.Index + 2)).Batteries[0].Battery.InitialFill.WattHours);
    }

    [Fact]
    public void No_plan_takes_a_battery_below_its_reserve_or_above_its_capacity()
    {
        Says(120);
        _senses.Tell(Run(Noon, -1_250));
        Assert.Equal(1_000, _senses.Sense(Noon.Next).Batteries[0].Battery.InitialFill.WattHours);
        _senses.Tell(Run(Noon.Next, 100_000));
        Assert.Equal(10_000, _senses.Sense(new Period(Noon.Index + 2)).Batteries[0].Battery.InitialFill.WattHours);
    }

    [Fact]
    public void A_battery_that_is_silent_lost_or_of_no_part_is_not_sensed()
    {
        Says(600);
        _house.Book.Lose("roof/battery", "gone");
        Assert.Empty(_senses.Sense(Noon).Batteries);
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { CapacityWattHours = 10_000, ChargeWatts = 4_000, DischargeWatts = 5_000 });
        Assert.Empty(_senses.Sense(Noon).Batteries);
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { Role = "battery", CapacityWattHours = 10_000, ChargeWatts = 4_000, DischargeWatts = 5_000 });
        Assert.Single(_senses.Sense(Noon).Batteries);
        _house.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty(_senses.Sense(Noon).Batteries);
    }

    [Fact]
    public void The_members_word_fixes_a_device_for_every_period_that_it_reaches_into()
    {
        // Until 12:40: the periods of 12:00, 12:15 and 12:30 are hers.
        _controls.Override(new DeviceOverride("car", true, _house.Time.GetUtcNow().AddMinutes(40)));
        Assert.Equal([new FixedDevice("car", true, new Period(Noon.Index + 3))], _senses.Sense(Noon).Fixed);
        Assert.Equal([new FixedDevice("car", true, new Period(Noon.Index + 3))], _senses.Sense(new Period(Noon.Index + 2)).Fixed);
        Assert.Empty(_senses.Sense(new Period(Noon.Index + 3)).Fixed);
        _controls.Override(new DeviceOverride("car", false, _house.Time.GetUtcNow().AddMinutes(15)));
        Assert.Equal([new FixedDevice("car", false, Noon.Next)], _senses.Sense(Noon).Fixed);
        _house.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Empty(_senses.Sense(Noon.Next).Fixed);
        _controls.Release("car");
        Assert.Empty(_controls.Overrides);
    }

    [Fact]
    public void A_market_of_another_time_is_simulated_throughout()
    {
        Says(600);
        Assert.Same(HomeNow.Simulated, _senses.Sense(new Period(Noon.Index + 200)));
        Assert.Same(HomeNow.Simulated, _senses.Sense(new Period(Noon.Index - 200)));
    }

    private static PeriodRun Run(Period period, long energy) => new(
        new RoundResult(period, null, Energy.Zero, 0, [], default, default, default), [],
        new Delivery(period, Energy.Zero, [new StorageAllocation("battery", period, new Energy(energy))], Energy.Zero, Energy.Zero, Energy.Zero, new Energy(energy), null));

    private void Says(int permille) => _house.Book.Read("roof/battery", new DeviceReading(_house.Time.GetUtcNow(), 0, FillPermille: permille));
}
