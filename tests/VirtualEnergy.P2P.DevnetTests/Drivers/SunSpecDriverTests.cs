using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>The driver against the simulated device, over a real socket.</summary>
public sealed class SunSpecDriverTests : IAsyncDisposable
{
    private readonly RecordedLog _log = new();
    private readonly DeviceBook _book;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private SimulatedSunSpecDevice? _device;
    private SunSpecDriver? _driver;

    public SunSpecDriverTests() => _book = new DeviceBook(TimeProvider.System, _log);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await (_driver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_device?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stop.Dispose();
    }

    [Theory]
    [InlineData(40_000, false)]
    [InlineData(50_000, true)]
    [InlineData(0, false)]
    public async Task An_inverter_its_battery_and_its_meter_appear_with_their_readings(int first, bool isFloat)
    {
        Start(first, isFloat);
        _device!.Set(sunWatts: 3_210, loadWatts: 1_000, fillPermille: 805);
        var inverter = await UntilAsync("roof/inverter", state => state.Reading?.Watts == -3_210);
        Assert.Equal("VirtualEnergy (simulated) Hybrid 5", inverter.Device.Model);
        Assert.Equal(5_000, inverter.Device.RatedWatts);
        Assert.Equal(1_234_500, inverter.Reading!.Value.ExportedWattHours);
        var battery = await UntilAsync("roof/battery", state => state.Reading?.FillPermille == 805);
        Assert.Equal((10_000, 5_000, 100), (battery.Device.CapacityWattHours, battery.Device.ChargeWatts, battery.Device.ReservePermille));

        // 1,000 W of load less 3,210 W of sun: 2,210 W go into the grid.
        var meter = await UntilAsync("roof/meter", state => state.Reading?.Watts == -2_210);
        Assert.Equal((9_000, 7_000), (meter.Reading!.Value.ImportedWattHours, meter.Reading.Value.ExportedWattHours));
    }

    [Fact]
    public async Task Curtailment_is_obeyed_and_lifted()
    {
        Start();
        _device!.Set(4_000, 0, 500);
        var inverter = (await UntilAsync("roof/inverter", state => state.Reading is not null)).Device;
        Assert.Null(await OrderAsync(inverter, new LimitOrder(1_500, Soon)));
        Assert.Equal(1_500, _device.OutputWatts);
        Assert.Null(await OrderAsync(inverter, new LimitOrder(null, Soon)));
        Assert.Equal(4_000, _device.OutputWatts);
    }

    [Theory]
    [InlineData(2_000, 2_000)]
    [InlineData(-2_500, -2_500)]
    [InlineData(0, 0)]
    [InlineData(9_000, 5_000)] // more than it can
    public async Task The_battery_charges_and_discharges_as_told(int ordered, int does)
    {
        Start();
        var battery = (await UntilAsync("roof/battery", state => state.Reading is not null)).Device;
        Assert.Null(await OrderAsync(battery, new ChargeOrder(ordered, Soon)));
        Assert.Equal(does, _device!.BatteryWatts);
        Assert.Null(await OrderAsync(battery, new ChargeOrder(null, Soon)));
        Assert.Equal(0, _device.BatteryWatts);
    }

    [Fact]
    public async Task An_order_that_a_device_does_not_know_is_refused_and_nothing_is_written()
    {
        Start();
        var meter = (await UntilAsync("roof/meter", state => state.Reading is not null)).Device;
        Assert.Equal("roof/meter takes no such order", await OrderAsync(meter, new SwitchOrder(true, Soon)));
    }

    [Fact]
    public async Task A_device_that_is_cut_off_or_silent_is_lost_and_found_again()
    {
        Start(timeout: TimeSpan.FromSeconds(1));
        await UntilAsync("roof/inverter", state => state.IsThere && state.Reading is not null);
        _device!.IsSilent = true;
        Assert.Contains("did not answer", (await UntilAsync("roof/inverter", state => !state.IsThere)).Problem, StringComparison.Ordinal);
        _device.IsSilent = false;
        await UntilAsync("roof/inverter", state => state.IsThere);
        _device.CutAll();
        _device.Set(1_110, 0, 500);
        await UntilAsync("roof/inverter", state => state is { IsThere: true, Reading.Watts: -1_110 });
    }

    [Fact]
    public async Task Nonsense_in_its_registers_loses_the_device_by_the_name_of_the_point_and_is_logged_once()
    {
        Start();
        await UntilAsync("roof/battery", state => state.Reading is not null);
        _device!.Spoil(StorageModel.Id, 8, 20_000);
        Assert.Equal("model 124: ChaState is 200.00 %", (await UntilAsync("roof/battery", state => !state.IsThere)).Problem);
        _device.Set(0, 0, 400); // the register is right again
        await UntilAsync("roof/battery", state => state is { IsThere: true, Reading.FillPermille: 400 });
        Assert.Single(_log.Lines, line => line.Contains("roof/battery is lost", StringComparison.Ordinal));
    }

    private static DateTimeOffset Soon => TimeProvider.System.GetUtcNow().AddMinutes(15);

    // A device is given up after the time-out: of those that answer, however busy the machine, none is.
    private void Start(int first = 40_000, bool isFloat = false, TimeSpan? timeout = null)
    {
        _device = new SimulatedSunSpecDevice(NullLogger.Instance, first, isFloat);
        _device.Start();
        _driver = new SunSpecDriver(
            new SunSpecDriverOptions("roof", new ModbusAddress("127.0.0.1", _device.Port)) { Interval = TimeSpan.FromMilliseconds(20), Timeout = timeout ?? Hang.After },
            TimeProvider.System, _log);
        _ = _driver.RunAsync(_book, _stop.Token);
    }

    private async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order) => await _driver!.OrderAsync(device, order, Cancellation);

    private Task<DeviceState> UntilAsync(string id, Predicate<DeviceState> isIt) => Waiting.UntilAsync(() => _book.Find(id) is { } state && isIt(state) ? state : null, () => $"{id}: {_book.Find(id)}");
}
