using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

/// <summary>From the member's word to the device, at once, and back when it ends.</summary>
public sealed class OverrideDeskTests : IAsyncDisposable
{
    private readonly HouseOfPlugs _house = new();
    private readonly MemberControls _controls = new();
    private readonly Channel<(string Device, DeviceOrder Order)> _given = Channel.CreateUnbounded<(string, DeviceOrder)>();
    private readonly Channel<string> _obeyed = Channel.CreateUnbounded<string>();
    private readonly OverrideDesk _desk;

    public OverrideDeskTests()
    {
        _desk = new OverrideDesk(
            _house.Book,
            (device, order, _) =>
            {
                _given.Writer.TryWrite((device.Id, order));
                return Task.FromResult<string?>(null);
            },
            _controls, devices => _obeyed.Writer.TryWrite(string.Join(",", devices)), _house.Time, NullLogger.Instance);
        _house.Book.Appear(new HomeDevice("roof/battery", "Battery", "roof", DeviceKind.Battery, "", DeviceAbilities.Charges) { Role = "battery", ChargeWatts = 4_000 });
        _house.Book.Appear(new HomeDevice("roof/inverter", "Roof", "roof", DeviceKind.Inverter, "", DeviceAbilities.LimitsProduction) { Role = "photovoltaics" });
        _house.Plug("dishwasher", 2_000, isOn: false);
        _desk.Start();
    }

    private DateTimeOffset InAnHour => _house.Time.GetUtcNow().AddHours(1);

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await _house.DisposeAsync();
    }

    [Fact]
    public async Task Each_kind_of_device_is_told_what_on_and_off_mean_to_it()
    {
        foreach (var (device, id, on, off) in new (string, string, DeviceOrder, DeviceOrder)[]
        {
            ("battery", "roof/battery", new ChargeOrder(4_000, InAnHour), new ChargeOrder(0, InAnHour)),
            ("photovoltaics", "roof/inverter", new LimitOrder(null, InAnHour), new LimitOrder(0, InAnHour)),
            ("dishwasher", "house/dishwasher", new SwitchOrder(true, InAnHour), new SwitchOrder(false, InAnHour)),
        })
        {
            _controls.Override(new DeviceOverride(device, true, InAnHour));
            Assert.Equal((id, on), await NextAsync());
            _controls.Override(new DeviceOverride(device, false, InAnHour));
            Assert.Equal((id, off), await NextAsync());
        }
    }

    [Fact]
    public async Task When_her_word_ends_a_battery_is_its_own_master_and_a_plug_stays_as_it_stands()
    {
        var until = InAnHour;
        _controls.Override(new DeviceOverride("battery", true, until));
        Assert.Equal(new ChargeOrder(4_000, until), (await NextAsync()).Order);
        _controls.Override(new DeviceOverride("dishwasher", true, until));
        await NextAsync();
        var next = NextAsync();
        while (!next.IsCompleted)
        {
            _house.Time.Advance(TimeSpan.FromMinutes(5)); // the desk may not have begun to wait yet
            await Task.Yield();
        }

        Assert.Equal(("roof/battery", (long?)null), (await next is var (id, order) ? id : "", Assert.IsType<ChargeOrder>(order).Watts));
        Assert.True(_house.Time.GetUtcNow() >= until);
        Assert.Equal(["battery", "dishwasher", "battery,dishwasher"], new[] { await ObeyedAsync(), await ObeyedAsync(), await ObeyedAsync() });
        Assert.False(_given.Reader.TryRead(out _));
        Assert.Empty(_controls.Overrides);
    }

    [Fact]
    public async Task What_she_takes_back_is_free_at_once()
    {
        _controls.Override(new DeviceOverride("photovoltaics", false, InAnHour));
        await NextAsync();
        _controls.Release("photovoltaics");
        Assert.Null(Assert.IsType<LimitOrder>((await NextAsync()).Order).MostWatts);
    }

    [Fact]
    public async Task A_device_that_is_not_there_for_it_is_told_nothing_and_the_others_are()
    {
        _controls.Override(new DeviceOverride("nothing of that name", true, InAnHour));
        Assert.Equal("nothing of that name", await ObeyedAsync());
        _controls.Override(new DeviceOverride("battery", false, InAnHour));
        Assert.Equal("roof/battery", (await NextAsync()).Device);
    }

    private async Task<(string Device, DeviceOrder Order)> NextAsync() => await _given.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    private async Task<string> ObeyedAsync() => await _obeyed.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
}
