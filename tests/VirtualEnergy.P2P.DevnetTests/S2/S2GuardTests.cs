using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.HomeRules;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>A battery that speaks S2, in a home that guards its contract power.</summary>
public sealed class S2GuardTests : IAsyncLifetime
{
    private const string Battery = "s2/device-0000";

    private static readonly SupplierPrices Supplier = new(new Price(280_000), new Price(90_000));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-guard-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly S2Crowd _crowd = new(1);
    private S2House _house = null!;
    private HomeDrivers _drivers = null!;
    private HomeGuard _guard = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await S2House.StartAsync(new S2HouseOptions(_folder.FullName, new IPEndPoint(IPAddress.Loopback, 0)) { Tokens = [.. _crowd.Tokens] }, _random, TimeProvider.System, NullLogger.Instance, Stop);
        _drivers = new HomeDrivers([new S2Driver(_house, Obey, _time)], new DeviceBook(_time, NullLogger.Instance), _time, NullLogger.Instance);
        _drivers.Book.Appear(new HomeDevice("meter/grid", "grid", "meter", DeviceKind.Meter, "", DeviceAbilities.Measures));
        _guard = new HomeGuard(_drivers, new HomeGuardOptions(new GuardRules(3_000), [new HeldDevice(Battery, 2_000)]), _time, NullLogger.Instance);
        _drivers.Start();
        _crowd.Connect(_house.Address, _house.Fingerprint, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _guard.DisposeAsync();
        await _drivers.DisposeAsync();
        await _crowd.DisposeAsync();
        await _house.DisposeAsync();
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_is_held_back_while_there_is_no_room_within_the_contract_and_charges_again_when_there_is()
    {
        await ReadsAsync(reading => reading.FillPermille == 500, "it is in the book");
        Obey(new HashSet<string>([Battery]));
        await ReadsAsync(reading => reading is { IsOn: true, Watts: 2_000 }, "it charges with all that it can");

        // 2,000 W of it and 1,500 W of others are more than 3,000 W.
        await LookAsync(3_500);
        Assert.Equal([Battery], _house.Held);
        await ReadsAsync(reading => reading is { IsOn: false, Watts: 0 }, "it rests");
        Obey(new HashSet<string>([Battery])); // what the plan says meanwhile changes nothing
        await LookAsync(1_500);
        Assert.Equal([Battery], _house.Held);
        await ReadsAsync(reading => reading is { IsOn: false, Watts: 0 }, "it still rests");

        // The oven is off: 500 W leave room for it, and it does again what the plan says.
        await ReadsAsync(_ => _house.Held.IsEmpty, "it is let go", () => LookAsync(500));
        await ReadsAsync(reading => reading is { IsOn: true, Watts: 2_000 }, "it charges again");
    }

    [Fact]
    public async Task It_rests_when_no_plan_has_followed_the_last()
    {
        var senses = new HomeSenses(_drivers.Book, _house, new MemberControls(), new HomeCars([], null, NullLogger.Instance), TimeProvider.System);
        senses.End(); // no market was joined yet: there is nothing to end
        var market = new MarketDescription("village", 1, $"0x{new string('a', 40)}", $"0x{new string('b', 40)}", MarketRules.Default);
        senses.Tell(new MarketJoined(market, new HomeDescription("home", 3_000, PowerProfile.Constant(0)), SupplierTariff.Flat(Supplier.Import, Supplier.Export)));
        await ReadsAsync(reading => reading.FillPermille == 500, "it is in the book");
        Obey(new HashSet<string>([Battery]));
        await ReadsAsync(reading => reading is { Watts: 2_000 }, "it charges with all that it can");

        senses.End();
        await ReadsAsync(reading => reading is { IsOn: true, Watts: 0 }, "it rests");
        senses.Obey(new HashSet<string>([Battery])); // a member's word that ends meanwhile does not bring the last plan back
        await ReadsAsync(reading => reading is { IsOn: true, Watts: 0 }, "it still rests");
    }

    // 500 Wh in a quarter of an hour are 2,000 W.
    private void Obey(IReadOnlySet<string> names)
    {
        var period = MarketRules.Default.Grid.At(TimeProvider.System.GetUtcNow());
        _house.Obey(
            new Delivery(period, default, [new StorageAllocation(Battery, period, new Energy(500))], default, default, default, default, null) { BesidePrice = new Price(90_000) }, MarketRules.Default, Supplier, [], names);
    }

    private async Task LookAsync(long watts)
    {
        _drivers.Book.Read("meter/grid", new DeviceReading(_time.GetUtcNow(), watts));
        await _guard.LookAsync(Stop);
    }

    private async Task ReadsAsync(Predicate<DeviceReading> holds, string what, Func<Task>? meanwhile = null)
    {
        using var deadline = new CancellationTokenSource(Hang.After);
        while (!(_drivers.Book.Find(Battery)?.Reading is { } reading && holds(reading)))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(5, Stop);
            Assert.False(deadline.IsCancellationRequested, $"Never: {what}; {_drivers.Book.Find(Battery)}.");
        }
    }
}
