using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.DevnetTests.Drivers;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A real node with real devices: what they say is in its bid, and what the market allots is what they do.</summary>
public sealed partial class RealDevicesInTheMarketTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("real-devices-");
    private readonly PlayedExchange _exchange = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _exchange.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_SunSpec_battery_is_offered_by_what_is_in_it_and_charges_when_the_price_is_low()
    {
        await using var inverter = new SimulatedSunSpecDevice(NullLogger.Instance);
        inverter.Start();
        inverter.Set(sunWatts: 0, loadWatts: 400, fillPermille: 600);
        var time = new AtPeriodStart();
        var config = HomeConfig.Read(Write($$"""
            { "broker": "{{_exchange.Broker}}", "household": { "homes": 2, "name": "Home 02" },
              "devices": { "sunSpec": [ { "name": "roof", "host": "127.0.0.1", "port": {{inverter.Port}}, "everySeconds": 1 } ] } }
            """));
        var community = config.Household.Open();
        await using var house = InHouse.Open(config, PlayedExchange.Member, "Home 02", time, NullLoggerFactory.Instance);
        await using var node = new ProsumerNode(
            _exchange.Broker, "village", PlayedExchange.HomeKey, config.Plan(community, time.GetUtcNow()), config.Supplier.Open(community), TimeProvider.System, NullLogger.Instance)
        {
            Senses = house.Sense,
            News = house.Tell,
        };
        await house.StartAsync();
        await node.StartAsync(Cancellation);
        var period = PeriodGrid.QuarterHour.At(time.GetUtcNow());
        await Waiting.UntilAsync(() => house.Sense(period).Batteries is [var found] ? found.Name : null, () => "no battery is sensed");

        // A home without plant and battery of its own offers what the real one holds.
        await _exchange.AnnounceAsync(period);
        var bid = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
        Assert.NotEmpty(bid.Sell);
        Assert.True(bid.Buy.Length > 1, "beside its load it wants to charge");

        // At 1 ct it gets all that it wants: load and charging.
        await _exchange.ClearAsync(bid, new Price(10_000));
        await Waiting.UntilAsync(() => inverter.BatteryWatts > 0 ? "charges" : null, () => $"the battery takes {inverter.BatteryWatts} W");
        var reading = await _exchange.Readings.ReadAsync(Cancellation);
        Assert.True(reading.Charge > Energy.Zero && reading.Import >= reading.Charge);
    }

    [Fact]
    public async Task An_S2_battery_that_is_paired_with_the_node_is_in_its_bid_and_charges_when_the_price_is_low()
    {
        var home = Write($$"""
            { "broker": "{{_exchange.Broker}}", "community": "village", "household": { "homes": 2, "name": "Home 02" }, "s2": { "listen": "127.0.0.1:0" } }
            """);
        await using var node = DemoProcess.Ve(
            new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(PlayedExchange.HomeKey.ToBytes()) }, "node", "run", "--config", home, "--pair");
        var shown = PairAt().Match(await node.LineAsync("Pair at"));
        await using var battery = DemoProcess.Ve(
            new Dictionary<string, string>(), "s2", "battery", "--file", Path.Combine(_folder.FullName, "battery.json"), "--pair", shown.Groups["address"].Value, "--code", shown.Groups["code"].Value, "--json");
        await battery.LineAsync("SelectControlType");
        await node.LineAsync("s2/Battery is here: Battery");
        await node.LineAsync("takes part in plan and bid");

        // In the last minute of a quarter of an hour the next one is bid for, so that it is not over before it is told.
        var period = PeriodGrid.QuarterHour.At(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        await _exchange.AnnounceAsync(period);
        var bid = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
        Assert.NotEmpty(bid.Sell);

        // Half full, it takes what the connection leaves beside the load.
        await _exchange.ClearAsync(bid, new Price(10_000));
        Assert.Contains($"{Identifier.Named("actuator-0")} to {Identifier.Named("mode-1")} at ", await battery.LineAsync("FRBC.Instruction"), StringComparison.Ordinal);
        await node.LineAsync("is Started");
        Assert.InRange((await _exchange.Readings.ReadAsync(Cancellation)).Charge.WattHours, 1, 1_250);

        // The member decides for it by its name, and it is told at once.
        await using (var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "s2/battery", "off", "--config", home))
        {
            Assert.Equal(0, await ve.ExitAsync());
            Assert.StartsWith("s2/Battery is off until ", Assert.Single(ve.Output), StringComparison.Ordinal);
        }

        // Unpaired beside the node that runs, it is shown out and has nowhere to come back to.
        var kept = Path.Combine(_folder.FullName, "s2");
        await using var list = DemoProcess.Ve(new Dictionary<string, string>(), "s2", "devices", "--folder", kept, "--json");
        Assert.Equal(0, await list.ExitAsync());
        Assert.Equal("Battery", JsonSerializer.Deserialize<JsonElement>(Assert.Single(list.Output)).GetProperty("name").GetString());
        await using var unpair = DemoProcess.Ve(new Dictionary<string, string>(), "s2", "unpair", "battery", "--folder", kept);
        Assert.Equal(0, await unpair.ExitAsync());
        Assert.Equal(0, await battery.ExitAsync());
        node.Signal(PosixSignal.SIGINT);
        Assert.Equal(0, await node.ExitAsync());
    }

    [Fact]
    public async Task The_members_word_reaches_a_running_node_without_a_home_broker_and_changes_its_bid_at_once()
    {
        var home = Write($$"""
            { "broker": "{{_exchange.Broker}}", "community": "village", "household": { "homes": 2, "name": "Home 02" }, "memory": "anna.memory",
              "equipment": { "cars": [ { "capacityWattHours": 50000, "chargeWatts": 2000 } ] } }
            """);
        await using (var early = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "car", "on", "--config", home))
        {
            Assert.Equal(2, await early.ExitAsync());
            Assert.Contains("start it with ve node run", Assert.Single(early.Errors), StringComparison.Ordinal);
        }

        var key = new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(PlayedExchange.HomeKey.ToBytes()) };
        await using (var node = DemoProcess.Ve(key, "node", "run", "--config", home))
        {
            await node.LineAsync("takes part in village");
            await _exchange.AnnounceAsync(PeriodGrid.QuarterHour.At(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1)));
            var before = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;

            await using var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "car", "on", "--for", "3h", "--config", home);
            Assert.Equal(0, await ve.ExitAsync());
            Assert.StartsWith("car is on until ", Assert.Single(ve.Output), StringComparison.Ordinal);
            await node.LineAsync("car is on until");
            var after = (await _exchange.Bids.ReadAsync(Cancellation)).Bid;
            Assert.Equal((before.Period, before.Number + 1), (after.Period, after.Number));

            // 2 kW for a quarter of an hour are wanted at any price, whatever the plan wanted.
            Assert.True(after.Buy[0].Energy.WattHours >= 500, $"at the highest price {after.Buy[0].Energy} are wanted");
            node.Signal(PosixSignal.SIGINT);
            Assert.Equal(0, await node.ExitAsync());
        }

        Assert.False(File.Exists(MemberDoor.Beside(home)));
        Assert.Contains("car", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "anna.memory"), Cancellation), StringComparison.Ordinal);
    }

    private string Write(string home)
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        File.WriteAllText(path, home);
        return path;
    }

    [GeneratedRegex("Pair at (?<address>\\S+) with code (?<code>\\S+),")]
    private static partial Regex PairAt();
}
