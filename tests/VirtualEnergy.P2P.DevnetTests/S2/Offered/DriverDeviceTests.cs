using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>Devices of the home, reached by their drivers, as they are offered to another manager.</summary>
public sealed class DriverDeviceTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Eight = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    private static readonly PlannedHome Home = new(
        new HomeDescription("home", 10_000, PowerProfile.Constant(300)),
        [new CarStore("car", new Energy(50_000), 3_700, [new Journey(Grid.At(Eight.AddHours(4)), Grid.At(Eight.AddHours(6)), new Energy(10_000))], new Energy(5_000), new Energy(20_000))]);

    private readonly FakeTimeProvider _time = new(Eight);
    private readonly Inverter _driver = new();
    private readonly HomeDrivers _drivers;
    private readonly DriverBattery _battery;

    public DriverDeviceTests()
    {
        _drivers = new HomeDrivers([_driver], new DeviceBook(_time, NullLogger.Instance), _time, NullLogger.Instance);
        _battery = new DriverBattery(_drivers, "roof/battery", _time, []);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _drivers.DisposeAsync();

    [Fact]
    public async Task A_battery_is_what_it_says_and_does_as_it_is_told_for_three_minutes()
    {
        Assert.Null(_battery.Offer);
        Assert.Equal("roof/battery is not there", await _battery.RunAsync(1_000, Stop));

        _drivers.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "A maker B2", DeviceAbilities.Charges | DeviceAbilities.Measures)
        {
            CapacityWattHours = 10_000, ChargeWatts = 4_000, DischargeWatts = 5_000, ReservePermille = 100,
        });
        _drivers.Book.Read("roof/battery", new DeviceReading(_time.GetUtcNow(), -250, FillPermille: 625));
        Assert.Equal(new StorageOffer(1, 10, new StorageWay(4, 0.95), new StorageWay(5, 0.95)), _battery.Offer);
        Assert.Equal(new OfferedIdentity("Battery", "battery", "", "A maker B2"), OfferedDevice.Of(_drivers, "roof/battery", Home, _time)!.Who);
        Assert.Equal((6.25, -250.0), (_battery.FillLevel, _battery.Watts));

        Assert.Null(await _battery.RunAsync(1_499.6, Stop));
        Assert.Null(await _battery.RunAsync(null, Stop));
        Assert.Equal([new ChargeOrder(1_500, _time.GetUtcNow().AddMinutes(3)), new ChargeOrder(null, _time.GetUtcNow().AddMinutes(3))], _driver.Orders);
    }

    [Fact]
    public async Task What_is_silent_or_lost_says_nothing_of_its_own()
    {
        _drivers.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { CapacityWattHours = 10_000, ChargeWatts = 4_000 });
        _drivers.Book.Read("roof/battery", new DeviceReading(_time.GetUtcNow(), 100, FillPermille: 500));
        Assert.Null(_battery.Offer); // it does not say what it gives
        _time.Advance(DeviceBook.SilentAfter + TimeSpan.FromSeconds(1));
        Assert.Equal((null, null), (_battery.FillLevel, _battery.Watts));
        _drivers.Book.Lose("roof/battery", "is cut off");
        Assert.NotNull(await _battery.RunAsync(0, Stop));
        Assert.Empty(_driver.Orders);
    }

    [Fact]
    public async Task A_car_is_ready_by_the_member_s_calendar_and_is_away_while_it_is_not_connected()
    {
        // The real one has 40 kWh, a tenth in reserve, and takes 4 kW; at 12:00 it leaves for 10 kWh, so that 14 kWh are to be in it, two hours before.
        _drivers.Book.Appear(new HomeDevice("garage/car", "Car", "roof", DeviceKind.Battery, "A maker C4", DeviceAbilities.Charges)
        {
            CapacityWattHours = 40_000, ChargeWatts = 4_000, DischargeWatts = 0, ReservePermille = 100, IsCar = true, Role = "car",
        });
        _drivers.Book.Read("garage/car", new DeviceReading(_time.GetUtcNow(), 0, FillPermille: 250));
        var car = OfferedDevice.Of(_drivers, "garage/car", Home, _time)!;
        Assert.Equal("electric car", car.Who.Type);
        var resource = car.Open(new Identifier("car-1"));
        Assert.True(resource.IsThere);
        var offer = new DriverBattery(_drivers, "garage/car", _time, Assert.IsType<CarStore>(Assert.Single(Home.Stores)).Journeys).Offer!;
        Assert.Equal((4.0, 40.0, Eight), (offer.Lowest, offer.Highest, offer.From));

        // When the quarter from 10:00 is over it is to hold 14 kWh, and may rest through it with as much. A quarter of 4 kW, of which 95 % arrive, is 0.95 kWh: with 13.05 kWh it may rest through
        // the one before, as the next suffices, and with 12.1 kWh through the one before that.
        Assert.Equal([12.1, 13.05, 14, 14], offer.Target.Skip(6).Take(4).Select(element => Math.Round(element.Lower.Value, 9)));
        _drivers.Book.Lose("garage/car", "is not connected");
        Assert.False(resource.IsThere);
        Assert.NotNull(await resource.RestAsync(Stop));
    }

    [Fact]
    public async Task An_inverter_is_limited_for_three_minutes_and_expects_what_it_gave()
    {
        var inverter = new DriverInverter(_drivers, "roof/inverter", _time);
        Assert.Null(inverter.RatedWatts);
        _drivers.Book.Appear(new HomeDevice("roof/inverter", "Inverter", "roof", DeviceKind.Inverter, "A maker I5", DeviceAbilities.LimitsProduction | DeviceAbilities.Measures) { RatedWatts = 5_000 });
        Assert.Equal(new OfferedIdentity("Inverter", "photovoltaic plant", "", "A maker I5"), OfferedDevice.Of(_drivers, "roof/inverter", Home, _time)!.Who);

        // Half of what it can from 6:00 to 18:00, for three days until 8:00.
        for (var quarter = 0; quarter < 3 * 96; quarter++)
        {
            var watts = _time.GetUtcNow().Hour is >= 6 and < 18 ? -2_500 : 0;
            _drivers.Book.Read("roof/inverter", new DeviceReading(_time.GetUtcNow(), watts));
            Assert.Equal(watts, inverter.Watts);
            _time.Advance(TimeSpan.FromMinutes(15));
        }

        var learned = inverter.Ahead();
        Assert.InRange(learned[0].Expected.Value, -2_500, -2_250);
        Assert.InRange(learned[15 * 4].Expected.Value, -50, 0); // 23:00

        Assert.Null(await inverter.LimitAsync(1_000.4, Stop));
        Assert.Null(await inverter.LimitAsync(null, Stop));
        Assert.Equal([new LimitOrder(1_000, _time.GetUtcNow().AddMinutes(3)), new LimitOrder(null, _time.GetUtcNow().AddMinutes(3))], _driver.Orders);

        // What a limit left is not what the sun gave.
        await inverter.LimitAsync(10, Stop);
        _drivers.Book.Read("roof/inverter", new DeviceReading(_time.GetUtcNow(), -10));
        Assert.Equal(-10, inverter.Watts);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.InRange(inverter.Ahead()[0].Expected.Value, -2_500, -2_250);
    }

    private sealed class Inverter : IDeviceDriver
    {
        public List<DeviceOrder> Orders { get; } = [];

        public string Name => "roof";

        public Task RunAsync(DeviceBook book, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

        public Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
        {
            Orders.Add(order);
            return Task.FromResult<string?>(null);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
