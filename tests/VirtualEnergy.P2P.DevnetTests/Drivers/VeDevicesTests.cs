using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

public sealed class VeDevicesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-devices-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Devices_are_shown_with_what_they_say_and_what_may_be_done_with_them()
    {
        await using var device = new SimulatedSunSpecDevice(NullLogger.Instance);
        device.Start();
        device.Set(sunWatts: 3_210, loadWatts: 500, fillPermille: 805);
        var devices = await ShownAsync($$"""{ "sunSpec": [ { "name": "roof", "host": "127.0.0.1", "port": {{device.Port}} }, { "name": "gone", "host": "127.0.0.1", "port": 1 } ] }""");
        var inverter = devices.Single(shown => shown.GetProperty("id").GetString() == "roof/inverter");
        Assert.Equal(-3_210, inverter.GetProperty("reading").GetProperty("watts").GetInt64());
        Assert.Equal("VirtualEnergy (simulated) Hybrid 5", inverter.GetProperty("model").GetString());
        Assert.Equal(["measure", "limit production"], inverter.GetProperty("may").EnumerateArray().Select(may => may.GetString()));
        Assert.Equal("no limit", inverter.GetProperty("byDefault").GetString());
        Assert.Equal("photovoltaics", inverter.GetProperty("role").GetString());
        Assert.Equal(805, devices.Single(shown => shown.GetProperty("kind").GetString() == "battery").GetProperty("reading").GetProperty("fillPermille").GetInt32());
    }

    [Fact]
    public async Task A_device_that_was_started_by_ve_is_found_by_ve()
    {
        await using var simulated = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "simulate", "--port", "0", "--sun", "1000");
        var port = (await simulated.LineAsync("listens on")).Split(':')[^1].TrimEnd('.');
        var devices = await ShownAsync($$"""{ "sunSpec": [ { "name": "sim", "host": "127.0.0.1", "port": {{port}} } ] }""");
        Assert.Equal(3, devices.Count);
    }

    [Theory]
    [InlineData("", "names no devices")]
    [InlineData(""", "devices": { "zigbee2Mqtt": "zigbee2mqtt" }""", "needs a homeBroker")]
    [InlineData(""", "devices": { "sunSpec": [ { "name": "a b", "host": "x" } ] }""", "name is \"a b\"")]
    [InlineData(""", "devices": { "sunSpec": [ { "name": "a", "host": "x" }, { "name": "a", "host": "y" } ] }""", "a name of its own")]
    [InlineData(""", "homeBroker": { "address": "mqtt://x" }, "devices": { "meters": [ { "name": "m", "values": [ { "topic": "t", "is": "power", "unit": "kWh" } ] } ] }""", "write W, kW or MW")]
    [InlineData(""", "homeBroker": { "address": "mqtt://x" }, "devices": { "batteries": [ { "name": "b", "fill": { "topic": "t" }, "command": "c/#", "capacityWattHours": 5000, "chargeWatts": 1, "dischargeWatts": 1 } ] }""", "is no topic")]
    [InlineData(""", "homeBroker": { "address": "mqtt://x" }, "devices": { "batteries": [ { "name": "b", "fill": { "topic": "t" }, "command": "c", "capacityWattHours": 5, "chargeWatts": 1, "dischargeWatts": 1 } ] }""", "100 to 1000000 capacityWattHours")]
    [InlineData(""", "homeBroker": { "address": "http://x" }, "devices": {}""", "write mqtt://host:1883")]
    public async Task What_cannot_be_is_said_in_one_line(string devices, string named)
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        await File.WriteAllTextAsync(path, $$"""{ "broker": "mqtt://127.0.0.1", "household": {}{{devices}} }""", TestContext.Current.CancellationToken);
        await using var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "--config", path, "--wait", "1");
        Assert.Equal(2, await ve.ExitAsync());
        Assert.Contains(named, Assert.Single(ve.Errors), StringComparison.Ordinal);
    }

    private async Task<List<JsonElement>> ShownAsync(string devices)
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        await File.WriteAllTextAsync(path, $$"""{ "broker": "mqtt://127.0.0.1", "household": {}, "devices": {{devices}} }""", TestContext.Current.CancellationToken);

        // The most: it ends when all have answered.
        await using var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "--config", path, "--wait", "120", "--json");
        Assert.Equal(0, await ve.ExitAsync());
        return [.. JsonSerializer.Deserialize<JsonElement>(ve.Output[^1]).EnumerateArray()];
    }
}
