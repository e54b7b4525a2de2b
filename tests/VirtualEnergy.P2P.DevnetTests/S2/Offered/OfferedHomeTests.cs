using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>
/// Both ends against each other: a home whose every device is offered over S2, and the node's own energy manager and agent that plan it, over sockets, through a day whose clock
/// stands still while anybody computes.
/// </summary>
public sealed class OfferedHomeTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;
    private static readonly MarketRules Rules = MarketRules.Default;
    private static readonly SupplierPrices Supplier = new(new Price(300_000), new Price(-30_000));

    // The time is not theirs: a quarter of an hour passes between two messages, and a day in seconds.
    private static readonly S2Limits Patient = S2Limits.Default with { AnswerWithin = TimeSpan.FromDays(2), MessagesPerMinute = 100_000 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-offered-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeTimeProvider _time = new(Midnight);
    private readonly List<Task> _running = [];
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly List<Device> _devices = [];
    private readonly HomeAgent _agent = new(new PlannedHome(new HomeDescription("home", 20_000, PowerProfile.Constant(300)), []), Rules, SupplierTariff.Flat(Supplier.Import, Supplier.Export));
    private S2House _house = null!;

    public async ValueTask InitializeAsync()
    {
        // Tonight's heat and water are as yesterday's. The car leaves at 7:30 for 9 kWh and is back at 17:00.
        var first = Grid.At(Midnight.AddDays(-2));
        PowerProfile Daily(Func<int, long> watts) => new(first, [.. Enumerable.Range(0, 3 * 96).Select(t => watts(t % 96))]);
        Add(new BatteryStore("battery", new BatteryDescription(new Energy(10_000), 2_500, 2_500, initialFill: new Energy(5_000))));
        Add(new CarStore("car", new Energy(40_000), 4_000, [new Journey(Grid.At(Midnight.AddHours(7.5)), Grid.At(Midnight.AddHours(17)), new Energy(9_000))], new Energy(4_000), new Energy(6_000)));
        Add(new WaterHeaterStore("water-heater", 2_000, 150, Daily(t => t is 28 or 29 ? 3_000 : 0), 60, 25));
        Add(new HeatPumpStore("heat-pump", 3_000, Daily(_ => 4_000), 5_500, 200, 2));
        Add(new FreezerStore("freezer", 240, 100));
        Add(new CogenerationStore("unit", 1_000, CogenerationCost.Usual(new Price(60_000)), Daily(_ => 2_000)));

        var plant = new SimulatedPlant(Daily(t => t is >= 32 and < 64 ? 3_000 : 0), _time);
        Add("plant", OfferedDevice.Of(OfferedIdentity.Simulated("plant", "photovoltaic plant"), plant, _time), () => -plant.CountedWattHours);
        var machine = new SimulatedAppliance(ApplianceJob.Of(new ApplianceDescription(
            "washing-machine", [2_000, 400, 200], [new ApplianceRun(Grid.At(Midnight.AddHours(8)), Grid.At(Midnight.AddHours(16)))])), _time);
        Add("washing-machine", OfferedDevice.Of(OfferedIdentity.Simulated("washing-machine", "appliance"), machine, _time), () => machine.CountedWattHours);
        var lamp = new SimulatedLight(new DimmableLight("light", Daily(t => t >= 68 ? 200 : 0), 0.4, new Price(200_000)), _time);
        var who = OfferedIdentity.Simulated("light", "light");
        Add("light", new OfferedDevice(who, id => new LightResource(id, who, lamp, _time)), () => lamp.CountedWattHours);

        _house = await S2House.StartAsync(
            new S2HouseOptions(_folder.FullName, new IPEndPoint(IPAddress.Loopback, 0)) { Tokens = [.. _devices.Select(device => (device.Name, device.Token))], Limits = Patient, Announces = false },
            _random, _time, NullLogger.Instance, TestContext.Current.CancellationToken);
        foreach (var device in _devices)
        {
            _running.Add(ConnectAsync(device));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await _house.DisposeAsync();
        _random.Dispose();
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_the_manager_plans_and_instructs_is_what_every_device_does_to_the_watt_hour()
    {
        var told = new Dictionary<string, int>();
        for (var quarter = 0; quarter < 96; quarter++)
        {
            var now = _time.GetUtcNow();
            await SettleAsync();
            var (period, price) = (Grid.At(now), PriceAt(quarter));
            var plan = _house.Plan(now, Rules, Supplier, []);
            _agent.Observe(new HomeNow { Batteries = plan.Batteries, Beside = plan.Beside });
            var delivery = _agent.Deliver(period, price, _agent.ResponseTo(period, price));
            _house.Obey(delivery, Rules, Supplier, []);
            await S2Home.UntilAsync(() => There.All(device => Known(device) is { } known && known.Instructions.Values.All(record => record.Status is not (InstructionStatus.New or InstructionStatus.Accepted))), "all has begun");
            foreach (var device in There)
            {
                told[device.Name] = told.GetValueOrDefault(device.Name) + Known(device)!.Instructions.Values.Count(record => record.Instruction.ExecutionTime == now);
            }

            // The manager goes by the plant's forecast, and by a limit where energy costs less than nothing.
            var sun = price < new Price(0) ? 0 : Whole(Known(Named("plant"))!.Forecast!.Elements[0].PowerValues[0].ValueExpected / 4);
            var before = _devices.ToDictionary(device => device.Name, device => device.Counted());
            _time.Advance(TimeSpan.FromMinutes(15));
            var energy = _devices.ToDictionary(device => device.Name, device => Whole(device.Counted() - before[device.Name]));
            var beside = energy.Where(one => one.Key is not ("battery" or "plant") && _atHome.Contains(one.Key)).Sum(one => one.Value) + sun;
            var battery = Assert.Single(delivery.Allocations.OfType<StorageAllocation>());
            Assert.True(
                (battery.Energy.WattHours, delivery.Beside.WattHours) == (energy["battery"], beside),
                $"{now:HH:mm}: {battery.Energy} and {delivery.Beside} planned, {energy["battery"]} and {beside} done; {string.Join(", ", energy)}");
            Assert.True(price >= new Price(0) || energy["plant"] == 0, $"{now:HH:mm}: the plant gives {energy["plant"]} Wh.");
            Assert.True(quarter != 29 || Named("car").Level() >= 12.999, $"The car leaves with {Named("car").Level()} kWh.");
        }

        Assert.Equal(650, Whole(Named("washing-machine").Counted())); // 2,000, 400 and 200 W for a quarter of an hour each
        Assert.Equal(_devices.Select(device => device.Name).Order(), told.Where(one => one.Value > 0).Select(one => one.Key).Order());
        Assert.True(Named("water-heater").Level() > 0 && Named("heat-pump").Level() > 0, "It is warm.");
        Assert.Empty(_notes);
    }

    // Devices that are at home in this quarter.
    private readonly HashSet<string> _atHome = [];

    private IEnumerable<Device> There => _devices.Where(device => _atHome.Contains(device.Name));

    // Every device notices the time, and the manager knows all of those that are there as they are now, and none that is away.
    private async Task SettleAsync()
    {
        var now = _time.GetUtcNow();
        foreach (var device in _devices)
        {
            await device.Resource.StepAsync(_stop.Token);
        }

        _atHome.Clear();
        _atHome.UnionWith(_devices.Where(device => device.Resource.IsThere).Select(device => device.Name));
        await S2Home.UntilAsync(
            () => _devices.All(device => device.Resource.IsThere ? Known(device)?.Measurement?.MeasurementTimestamp == now : Known(device) is null),
            $"all are known as they are at {now:HH:mm}; not {string.Join(", ", _devices.Where(device => Known(device)?.Measurement?.MeasurementTimestamp != now).Select(device => device.Name))}");
    }

    // Cheap at night, less than nothing at noon, dear in the evening; all of it between the supplier's prices.
    private static Price PriceAt(int quarter) => new(quarter switch { < 24 => 60_000, >= 48 and < 52 => -20_000, >= 68 and < 88 => 280_000, _ => 130_000 });

    private static long Whole(double energy) => (long)Math.Round(Math.Round(energy, 6), MidpointRounding.AwayFromZero);

    private Device Named(string name) => _devices.First(device => device.Name == name);

    private S2Resource? Known(Device device) => _house.ResourceOf($"s2/{device.Name}");

    private void Add(StoreModel model)
    {
        var storage = new SimulatedStorage(model, _time);
        var who = OfferedIdentity.Simulated(model.Name, "storage");
        Add(
            model.Name, model is CogenerationStore unit ? new OfferedDevice(who, id => new CogenerationResource(id, who, unit, storage, _time)) : OfferedDevice.Of(who, storage, _time),
            () => storage.CountedWattHours, () => storage.FillLevel!.Value);
    }

    private void Add(string name, OfferedDevice device, Func<double> counted, Func<double>? level = null)
    {
        var resource = device.Open(new Identifier(name));
        resource.Noted = why => _notes.Enqueue($"{name} {why}");
        _devices.Add(new Device(name, resource, counted, level ?? (() => 0)));
    }

    private Task ConnectAsync(Device device) => new S2ResourceManager(
        async stop =>
        {
            while (!device.Resource.IsThere)
            {
                await Task.Delay(5, stop);
            }

            return new S2ManagerAddress(_house.Address, device.Token, new S2Trust(_house.Fingerprint));
        },
        device.Resource.Details,
        (connection, news) => device.Resource.HearAsync(connection, news, _stop.Token),
        _time,
        new Random(1))
    {
        Limits = Patient,
        Backoff = new S2Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)),
    }.RunAsync(_stop.Token);

    private sealed record Device(string Name, OfferedResource Resource, Func<double> Counted, Func<double> Level)
    {
        public string Token => $"token-of-{Name}-0123456789abcdef0123456789abcdef";
    }
}
