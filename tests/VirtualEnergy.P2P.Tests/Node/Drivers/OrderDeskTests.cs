using System.Threading.Channels;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class OrderDeskTests : IAsyncDisposable
{
    // 12:00 is the start of a quarter of an hour.
    private static readonly Period Noon = PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero));

    private readonly HouseOfPlugs _house = new();
    private readonly Channel<(string Device, DeviceOrder Order)> _given = Channel.CreateUnbounded<(string, DeviceOrder)>();
    private readonly KeptLog _log = new();
    private readonly OrderDesk _desk;

    public OrderDeskTests()
    {
        _desk = new OrderDesk(
            _house.Book,
            (device, order, _) =>
            {
                _given.Writer.TryWrite((device.Id, order));
                return Task.FromResult<string?>(null);
            },
            _house.Time, _log);
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { Role = "battery" });
        _house.Book.Appear(new HomeDevice("roof/inverter", "Roof", "roof", DeviceKind.Inverter, "", DeviceAbilities.LimitsProduction) { Role = "photovoltaics", RatedWatts = 5_000 });
        _house.Plug("dishwasher", 2_000, isOn: false);
        _desk.Start();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task Each_device_is_told_its_part_in_watts_until_the_periods_end()
    {
        // 250 Wh in a quarter of an hour are 1,000 W; 300 Wh of production are 1,200 W.
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(250)), new InflexibleAllocation("photovoltaics", Noon, new Energy(50)), new ShiftableAllocation("dishwasher", Noon, true));
        var until = new DateTimeOffset(2026, 11, 29, 12, 15, 0, TimeSpan.Zero);
        Assert.Equal(("roof/battery", new ChargeOrder(1_000, until)), await NextAsync());
        Assert.Equal(("roof/inverter", new LimitOrder(1_200, until)), await NextAsync());
        Assert.Equal(("house/dishwasher", new SwitchOrder(true, until)), await NextAsync());
    }

    [Fact]
    public async Task A_battery_is_told_no_more_than_what_it_says_it_can()
    {
        // 990 of 1,000 permille of 10,000 Wh: 100 Wh of room take 105 Wh at 95 %, which are 420 W for a quarter of an hour.
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges)
        {
            Role = "battery", CapacityWattHours = 10_000, ChargeWatts = 5_000, DischargeWatts = 5_000, ReservePermille = 100,
        });
        _house.Book.Read("roof/battery", new DeviceReading(_house.Time.GetUtcNow(), null, FillPermille: 990));
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(1_000)));
        Assert.Equal(420, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);

        // At its reserve it gives nothing.
        _house.Book.Read("roof/battery", new DeviceReading(_house.Time.GetUtcNow(), null, FillPermille: 100));
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(-1_000)));
        Assert.Equal(0, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
    }

    [Fact]
    public void Real_devices_are_told_as_control_spaces()
    {
        var at = _house.Time.GetUtcNow();
        var inverter = new HomeDevice("roof/inverter", "Roof", "roof", DeviceKind.Inverter, "", DeviceAbilities.Measures | DeviceAbilities.LimitsProduction);
        Assert.Equal(new InflexibleControlSpace("roof/inverter", Noon, -3_000, 3_000), DeviceControlSpace.Of(new DeviceState(inverter, new DeviceReading(at, -3_000), null), Noon));
        var meter = new HomeDevice("m", "m", "m", DeviceKind.Submeter, "", DeviceAbilities.Measures);
        Assert.Equal(new InflexibleControlSpace("m", Noon, 200), DeviceControlSpace.Of(new DeviceState(meter, new DeviceReading(at, 200), null), Noon));
        Assert.Null(DeviceControlSpace.Of(new DeviceState(meter, new DeviceReading(at, 200), "lost"), Noon));
        Assert.Null(DeviceControlSpace.Of(new DeviceState(meter with { Kind = DeviceKind.Battery }, new DeviceReading(at, 200), null), Noon));
    }

    [Fact]
    public async Task A_plan_made_ahead_is_carried_out_when_its_period_begins_and_a_past_one_never()
    {
        Tell(new Period(Noon.Index - 2), new StorageAllocation("battery", Noon, new Energy(1)));
        Tell(Noon.Next, new StorageAllocation("battery", Noon.Next, new Energy(-500)));
        await _house.Time.UntilAsync(1); // the desk waits for the next
        _house.Time.Advance(TimeSpan.FromMinutes(14));
        Assert.False(_given.Reader.TryRead(out _));
        _house.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(-2_000, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_clock_three_hours_off_gives_no_device_an_order_of_another_time_and_is_said_once(int hours)
    {
        var then = new Period(Noon.Index + 4 * hours);
        Tell(then, new StorageAllocation("battery", then, new Energy(250)));
        Tell(then.Next, new StorageAllocation("battery", then.Next, new Energy(250)));
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(100))); // the clock is right again
        Assert.Equal(400, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
        Assert.Contains("clock: the market's periods are not those of this machine's clock", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_market_of_another_time_says_nothing_where_no_real_device_plays_a_part()
    {
        var then = new Period(Noon.Index - 9_600);
        Tell(then, new StorageAllocation("car", then, new Energy(250)));
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(100)));
        await NextAsync();
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task A_battery_that_disobeys_is_said_once_and_told_on()
    {
        for (var period = Noon; period.Index < Noon.Index + 4; period = period.Next)
        {
            Tell(period, new StorageAllocation("battery", period, new Energy(500)));
            Assert.Equal(2_000, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
            _house.Time.Advance(TimeSpan.FromMinutes(14));
            _house.Book.Read("roof/battery", new DeviceReading(_house.Time.GetUtcNow(), -1_000, FillPermille: 500));
            _house.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Tell(new Period(Noon.Index + 4), new StorageAllocation("battery", new Period(Noon.Index + 4), new Energy(500)));
        await NextAsync();
        Assert.Contains("roof/battery: does not charge and discharge as it is told", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_is_lifted_when_nothing_is_curtailed_any_more_and_not_before_there_was_one()
    {
        Tell(Noon, new InflexibleAllocation("photovoltaics", Noon, Energy.Zero), new StorageAllocation("battery", Noon, Energy.Zero));
        Assert.Equal("roof/battery", (await NextAsync()).Device); // nothing was said to the inverter
        Tell(Noon, new InflexibleAllocation("photovoltaics", Noon, new Energy(50)));
        Assert.NotNull(Assert.IsType<LimitOrder>((await NextAsync()).Order).MostWatts);
        Tell(Noon, new InflexibleAllocation("photovoltaics", Noon, Energy.Zero));
        Assert.Null(Assert.IsType<LimitOrder>((await NextAsync()).Order).MostWatts);
    }

    [Fact]
    public async Task When_the_node_goes_every_device_that_was_told_something_is_its_own_master_again()
    {
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(250)), new ShiftableAllocation("dishwasher", Noon, true));
        await NextAsync();
        await NextAsync();
        await _desk.DisposeAsync();
        Assert.Null(Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
        Assert.False(_given.Reader.TryRead(out _)); // a dishwasher that runs is not switched off
    }

    private void Tell(Period period, params Allocation[] orders) => _desk.Tell(new PeriodRun(
        new RoundResult(period, null, Energy.Zero, 0, [], default, default, default), [],
        new Delivery(period, Energy.Zero, [.. orders], Energy.Zero, Energy.Zero, new Energy(300), Energy.Zero, null)));

    private async Task<(string Device, DeviceOrder Order)> NextAsync() => await _given.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
}
