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
        _desk = new OrderDesk(_house.Book, Give, _house.Time, _log);
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

    [Fact]
    public async Task Three_minutes_after_its_period_a_battery_that_no_plan_tells_anything_is_its_own_master_and_obeys_the_next_that_comes()
    {
        Tell(Noon, new StorageAllocation("battery", Noon, new Energy(250)), new ShiftableAllocation("dishwasher", Noon, true));
        await NextAsync();
        await NextAsync();
        await _house.Time.UntilAsync(1);
        _house.Time.Advance(TimeSpan.FromMinutes(17.9));
        Assert.False(_given.Reader.TryRead(out _));
        _house.Time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(("roof/battery", null), await NextAsync() is var (device, order) ? (device, Assert.IsType<ChargeOrder>(order).Watts) : default);
        Assert.Equal(1, _log.Count("No plan has come for roof/battery: it is its own master until one does."));

        // A dishwasher that runs is not switched off; and when the market is back, the battery is told again.
        Tell(Noon.Next, new StorageAllocation("battery", Noon.Next, new Energy(-250)));
        Assert.Equal(("roof/battery", -1_000L), await NextAsync() is var (again, told) ? (again, Assert.IsType<ChargeOrder>(told).Watts) : default);
    }

    [Fact]
    public async Task Three_minutes_after_a_period_that_no_plan_followed_it_is_said_once_for_devices_that_take_their_part_in_another_way()
    {
        var ended = Channel.CreateUnbounded<DateTimeOffset>();
        await using var desk = new OrderDesk(_house.Book, Give, _house.Time, _log) { Begins = delivery => _given.Writer.TryWrite(($"{delivery.Period.Index - Noon.Index}", null!)), Ends = () => ended.Writer.TryWrite(_house.Time.GetUtcNow()) };
        desk.Start();
        Tell(desk, Noon);
        Assert.Equal("0", (await NextAsync()).Device);
        await _house.Time.UntilAsync(1);
        Tell(desk, Noon.Next);
        await _house.Time.UntilAsync(2);
        _house.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("1", (await NextAsync()).Device);

        // Silence from 12:15 on: the second ends at 12:30.
        await _house.Time.UntilAsync(3);
        _house.Time.Advance(TimeSpan.FromMinutes(18));
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 12, 33, 0, TimeSpan.Zero), await ended.Reader.ReadAsync(Cancellation));
        _house.Time.Advance(TimeSpan.FromHours(5));
        Assert.False(ended.Reader.TryRead(out _));
    }

    [Fact]
    public async Task What_the_member_has_decided_for_a_battery_outlasts_the_plan()
    {
        await using var desk = new OrderDesk(_house.Book, Give, _house.Time, _log) { HasWord = device => device == "battery" };
        desk.Start();
        Tell(desk, Noon, new StorageAllocation("battery", Noon, new Energy(250)));
        await NextAsync();
        await _house.Time.UntilAsync(1);
        _house.Time.Advance(TimeSpan.FromMinutes(19));
        Tell(desk, Noon.Next, new ShiftableAllocation("dishwasher", Noon.Next, true));
        Assert.Equal("house/dishwasher", (await NextAsync()).Device);
        Assert.Equal(0, _log.Count("No plan has come"));
    }

    [Fact]
    public async Task What_changes_the_period_that_runs_is_told_at_once_though_the_next_is_allotted_already()
    {
        Tell(Noon.Next, new StorageAllocation("battery", Noon.Next, new Energy(-500)));
        await _house.Time.UntilAsync(1);
        _desk.Tell(new PeriodAmended(Plan(Noon, new StorageAllocation("battery", Noon, new Energy(250)))));
        Assert.Equal(1_000, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
        await _house.Time.UntilAsync(2);
        _house.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(-2_000, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
    }

    [Fact]
    public async Task Where_gates_close_hours_before_delivery_a_plan_waits_as_long()
    {
        var three = new Period(Noon.Index + 12);
        var start = PeriodGrid.QuarterHour.StartOf(three);
        _desk.Gates.Announced(new RoundAnnouncement(three, start, start.AddHours(-3)));
        Tell(three, new StorageAllocation("battery", three, new Energy(250)));
        await _house.Time.UntilAsync(1);
        _house.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(1_000, Assert.IsType<ChargeOrder>((await NextAsync()).Order).Watts);
        Assert.Empty(_log.Warnings);
    }

    private Task<string?> Give(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        _given.Writer.TryWrite((device.Id, order));
        return Task.FromResult<string?>(null);
    }

    private void Tell(Period period, params Allocation[] orders) => Tell(_desk, period, orders);

    private static void Tell(OrderDesk desk, Period period, params Allocation[] orders) =>
        desk.Tell(new PeriodRun(new RoundResult(period, null, Energy.Zero, 0, [], default, default, default), [], Plan(period, orders)));

    private static Delivery Plan(Period period, params Allocation[] orders) =>
        new(period, Energy.Zero, [.. orders], Energy.Zero, Energy.Zero, new Energy(300), Energy.Zero, null);

    private async Task<(string Device, DeviceOrder Order)> NextAsync() => await _given.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
}
