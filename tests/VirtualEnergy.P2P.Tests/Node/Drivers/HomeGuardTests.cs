using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility.HomeRules;
using VirtualEnergy.P2P.Node.Drivers;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class HomeGuardTests : IAsyncDisposable
{
    private static readonly HomeGuardOptions Options = new(
        new GuardRules(3_000) { RestartPause = TimeSpan.FromSeconds(30), StartMarginWatts = 100 }, [new HeldDevice("house/boiler", 1_200), new HeldDevice("house/heater", 1_500)])
    {
        OverrideSpan = TimeSpan.FromHours(1),
    };

    private readonly HouseOfPlugs _house = new();
    private readonly List<string> _said = [];
    private readonly HomeGuard _guard;

    public HomeGuardTests() => _guard = new HomeGuard(_house.Drivers, Options, _house.Time, NullLogger.Instance) { Said = _said.Add };

    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    [Fact]
    public async Task What_runs_already_stays_on_when_the_guard_comes()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: true);
        await LookAsync();
        Assert.Empty(_house.Orders);
    }

    [Fact]
    public async Task A_plug_that_cannot_be_told_is_said_once_and_told_until_it_obeys()
    {
        var log = new KeptLog();
        await using var guard = new HomeGuard(_house.Drivers, Options, _house.Time, log);
        _house.Plug("boiler", 1_200, isOn: true);
        await LookAsync(guard);
        (_house.Others, _house.Refusal) = (3_000, "the home's broker is away");
        for (var look = 0; look < 100; look++)
        {
            await LookAsync(guard);
        }

        Assert.Equal("house/boiler could not be held back, and is told again: the home's broker is away", Assert.Single(log.Warnings));
        Assert.Equal(100, _house.Orders.Count);
        _house.Refusal = null;
        await LookAsync(guard);
        Assert.False(_house.IsOn("boiler"));
    }

    [Fact]
    public async Task Where_the_meter_is_named_another_one_does_not_say_what_the_home_draws()
    {
        await using var guard = new HomeGuard(_house.Drivers, Options with { Meter = "roof/meter" }, _house.Time, NullLogger.Instance);
        _house.Book.Appear(new HomeDevice("roof/meter", "Meter", "roof", DeviceKind.Meter, "", DeviceAbilities.Measures));
        _house.Book.Read("roof/meter", new DeviceReading(_house.Time.GetUtcNow(), 2_000));
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Others = 3_000; // by house/meter, which comes first
        await LookAsync(guard);
        Assert.Empty(_house.Orders);
        _house.Book.Read("roof/meter", new DeviceReading(_house.Time.GetUtcNow(), 3_100));
        await guard.LookAsync(TestContext.Current.CancellationToken);
        Assert.False(_house.IsOn("boiler"));
    }

    [Fact]
    public async Task A_kettle_sheds_the_last_in_the_order_which_comes_back_when_there_is_room_and_says_so()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: true);
        await LookAsync();
        _house.Others = 1_000;
        await LookAsync();
        Assert.Equal((true, false, 2_200L), (_house.IsOn("boiler"), _house.IsOn("heater"), _house.Total));
        Assert.Equal("heater waits for room within the contract power", _said[^1]);
        _house.Others = 0;
        await LookAsync();
        Assert.True(_house.IsOn("heater"));
        Assert.Equal("", _said[^1]);
    }

    [Fact]
    public async Task After_a_shortage_the_second_waits_its_pause()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: true);
        await LookAsync();
        _house.Others = 2_900;
        await LookAsync();
        Assert.Equal(2_900, _house.Total);
        _house.Others = 0;
        await LookAsync(seconds: 5);
        Assert.Equal((true, false), (_house.IsOn("boiler"), _house.IsOn("heater")));
        await LookAsync(seconds: 29);
        Assert.False(_house.IsOn("heater"));
        await LookAsync(seconds: 1);
        Assert.True(_house.IsOn("heater"));
    }

    [Fact]
    public async Task A_plug_switched_on_by_hand_goes_before_the_order_for_an_hour()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: false);
        _house.Others = 500;
        await LookAsync();
        _house.Switch("heater", isOn: true);
        await LookAsync();
        Assert.Equal((false, true), (_house.IsOn("boiler"), _house.IsOn("heater")));
        Assert.Contains("heater runs because you said so", _said[^1], StringComparison.Ordinal);

        // When the hour is over the order holds again: the boiler starts as soon as the heater has made room.
        await LookAsync(seconds: 3_600);
        await LookAsync(seconds: 30);
        Assert.DoesNotContain("because you said so", _said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plug_that_was_held_back_and_is_switched_on_by_hand_is_the_members_word_too_but_not_over_the_contract()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Others = 2_500;
        await LookAsync();
        Assert.False(_house.IsOn("boiler"));
        await LookAsync(); // it is seen to be off
        _house.Switch("boiler", isOn: true);
        await LookAsync();
        Assert.False(_house.IsOn("boiler"));
        Assert.Equal("boiler was asked for, and the contract power has no room for it", _said[^1]);
    }

    [Fact]
    public async Task A_plug_that_the_member_switches_off_stays_off()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        await LookAsync();
        _house.Switch("boiler", isOn: false);
        for (var i = 0; i < 10; i++)
        {
            await LookAsync(seconds: 60);
        }

        Assert.Empty(_house.Orders);
    }

    [Fact]
    public async Task A_battery_that_nobody_listed_charges_with_what_the_listed_ones_leave_of_the_contract_power()
    {
        var battery = new HomeDevice("roof/battery", "Battery", _house.Name, DeviceKind.Battery, "", DeviceAbilities.Charges) { ChargeWatts = 5_000 };
        _house.Book.Appear(battery);
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Others = 800;
        await LookAsync();
        var until = _house.Time.GetUtcNow().AddMinutes(15);
        Assert.Null(await _guard.OrderAsync(battery, new ChargeOrder(2_500, until), TestContext.Current.CancellationToken));
        Assert.Equal(("roof/battery", new ChargeOrder(1_000, until)), Assert.Single(_house.Orders)); // 3,000 less 800 and 1,200 W

        // What it gives, and that it is its own master again, passes.
        Assert.Null(await _guard.OrderAsync(battery, new ChargeOrder(-2_500, until), TestContext.Current.CancellationToken));
        Assert.Null(await _guard.OrderAsync(battery, new ChargeOrder(null, until), TestContext.Current.CancellationToken));
        Assert.Equal([1_000, -2_500, null], _house.Orders.Select(order => ((ChargeOrder)order.Order).Watts));
    }

    [Fact]
    public async Task While_the_meter_is_silent_what_may_be_held_back_is_off()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        await LookAsync();
        _house.Time.Advance(DeviceBook.SilentAfter + TimeSpan.FromSeconds(1));
        await _guard.LookAsync(TestContext.Current.CancellationToken);
        Assert.False(_house.IsOn("boiler"));
    }

    [Fact]
    public async Task A_plug_that_does_not_obey_is_told_again_and_its_power_is_given_to_nobody()
    {
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: true);
        await LookAsync();
        (_house.Others, _house.Refusal) = (1_000, "it is stuck");
        await LookAsync();
        await LookAsync();
        Assert.True(_house.Orders.Count(order => order.Device == "house/heater") >= 2);

        // The heater takes its 1,500 W without leave: with the others' 1,000 nothing is left for the boiler either.
        Assert.Contains(_house.Orders, order => order is { Device: "house/boiler", Order: SwitchOrder { On: false } });
    }

    [Fact]
    public async Task Over_a_random_day_with_obedient_plugs_the_home_is_over_its_contract_only_by_what_nobody_controls()
    {
        var random = new Random(3);
        _house.Plug("boiler", 1_200, isOn: true);
        _house.Plug("heater", 1_500, isOn: false);
        for (var look = 0; look < 5_000; look++)
        {
            if (random.Next(5) == 0)
            {
                _house.Others = random.Next(-2_000, 3_800);
            }

            if (random.Next(40) == 0)
            {
                _house.Switch(random.Next(2) == 0 ? "boiler" : "heater", random.Next(2) == 0);
            }

            await LookAsync(seconds: random.Next(1, 40));
            Assert.True(_house.Total <= Math.Max(3_000, _house.Others), $"look {look}: {_house.Total} W, of which others {_house.Others} W");
        }
    }

    private Task LookAsync(int seconds = 5) => LookAsync(_guard, seconds);

    private Task LookAsync(HomeGuard guard, int seconds = 5)
    {
        _house.Time.Advance(TimeSpan.FromSeconds(seconds));
        _house.Report();
        return guard.LookAsync(TestContext.Current.CancellationToken);
    }
}
