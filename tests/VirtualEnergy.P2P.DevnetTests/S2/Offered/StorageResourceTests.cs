using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Offered;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary>Storages of ours under another manager.</summary>
public sealed class StorageResourceTests
{
    private static readonly DateTimeOffset Six = new(2026, 11, 30, 6, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Six);

    [Fact]
    public async Task A_battery_charges_as_it_is_told_and_stops_when_it_is_full()
    {
        // 10 kWh, half full; 5 kW of which 95 % arrive: half an hour fills 2.375 kWh, less the 2 % that leak in a month (36,000 h to 1/e):
        // about 6.2 kWh on average for half an hour lose 6.2 / 36,000 / 2 = 0.000086 kWh.
        var cells = Battery(5_000);
        await using var pair = await OpenAsync(cells, "battery");
        Assert.Equal(5, pair.Known.StorageStatus!.PresentFillLevel.Value);
        Assert.NotNull(pair.Known.Leakage.At(Six));
        Assert.Null(pair.Known.Target);
        Assert.Equal(new S2Shown("battery", "", "battery", "fill", 0, 500), Assert.Single(S2Shown.All(pair.Home.Desk.Paired, pair.Home.Manager.Devices, Six)));

        var order = pair.Tell((id, order) => Fill(id, order, "mode-1", 1));
        await pair.UntilAsync(order, InstructionStatus.Started);
        await pair.UntilWattsAsync(5_000);
        await pair.PassAsync(TimeSpan.FromMinutes(30));
        await S2Home.UntilAsync(() => Math.Abs(pair.Known.StorageStatus!.PresentFillLevel - 7.375) < 0.0001, "it is at 7.375 kWh");
        Assert.Equal(2_500, cells.CountedWattHours, 9);

        await pair.PassAsync(TimeSpan.FromHours(2));
        await pair.UntilAsync(order, InstructionStatus.Succeeded);
        Assert.Equal(10, cells.FillLevel);
        Assert.Equal(Identifier.Named("mode-0"), pair.Known.StateOf(Identifier.Named("actuator-0")).Mode);
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task What_is_told_for_later_begins_then_and_ends_what_was_told_before()
    {
        await using var pair = await OpenAsync(Battery(5_000), "battery");
        var first = pair.Tell((id, order) => Fill(id, order, "mode-1", 0.2));
        var second = pair.Tell((id, order) => Fill(id, order, "mode-2", 0, Six.AddMinutes(15)));
        await pair.UntilAsync(second, InstructionStatus.Accepted);
        await pair.UntilWattsAsync(1_000);
        await pair.PassAsync(TimeSpan.FromMinutes(14));
        Assert.Equal((InstructionStatus.Started, InstructionStatus.Accepted), (pair.Known.Instructions[first].Status, pair.Known.Instructions[second].Status));
        await pair.PassAsync(TimeSpan.FromMinutes(1));
        await pair.UntilAsync(second, InstructionStatus.Started);
        await pair.UntilWattsAsync(-5_000);
        Assert.Equal(InstructionStatus.Succeeded, pair.Known.Instructions[first].Status);
    }

    [Fact]
    public async Task A_revoked_instruction_ends_what_it_began_or_never_begins()
    {
        await using var pair = await OpenAsync(Battery(5_000), "battery");
        var order = pair.Tell((id, order) => Fill(id, order, "mode-2", 0.5));
        await pair.UntilWattsAsync(-2_500);
        Assert.Null(pair.Try(id => new RevokeObject(id, RevokableObject.FrbcInstruction, order)));
        await pair.UntilWattsAsync(0);
        Assert.Equal(InstructionStatus.Revoked, pair.Known.Instructions[order].Status);

        var later = pair.Tell((id, order) => Fill(id, order, "mode-2", 0.5, Six.AddMinutes(5)));
        await pair.UntilAsync(later, InstructionStatus.Accepted);
        Assert.Null(pair.Try(id => new RevokeObject(id, RevokableObject.FrbcInstruction, later)));
        var last = pair.Tell((id, order) => Fill(id, order, "mode-0", 0));
        await pair.UntilAsync(last, InstructionStatus.Started); // and so the revocation was heard
        await pair.PassAsync(TimeSpan.FromMinutes(10));
        await pair.UntilSaidAsync();
        Assert.Equal(0, pair.Known.ElectricWatts);
    }

    [Fact]
    public async Task What_lies_a_year_ahead_is_rejected()
    {
        await using var pair = await OpenAsync(Battery(5_000), "battery");
        var order = pair.Tell((id, order) => Fill(id, order, "mode-1", 1, Six.AddYears(1)));
        await pair.UntilAsync(order, InstructionStatus.Rejected);
        Assert.Contains("more than 7 days ahead", Assert.Single(pair.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_battery_that_lost_its_manager_rests()
    {
        var cells = Battery(5_000);
        await using var pair = await OpenAsync(cells, "battery");
        pair.Tell((id, order) => Fill(id, order, "mode-1", 1));
        await pair.UntilWattsAsync(5_000);
        await pair.LoseAsync();
        Assert.Equal(0, cells.Watts);
    }

    [Fact]
    public async Task One_that_does_not_take_an_order_says_so_and_is_its_own_master()
    {
        var stubborn = new StubbornBattery();
        await using var pair = await OfferedPair.OpenAsync(OfferedDevice.Of(OfferedIdentity.Simulated("Battery", "battery"), stubborn, _time), _time);
        Assert.NotNull(pair.Try(id => Fill(id, new Identifier("never"), "mode-2", 1))); // it never gives, and offers no such mode
        var order = pair.Tell((id, order) => Fill(id, order, "mode-1", 1));
        await pair.UntilAsync(order, InstructionStatus.Aborted);
        Assert.Equal([5_000.0, null], stubborn.Told);
        Assert.Contains("it is being looked after", Assert.Single(pair.Notes), StringComparison.Ordinal);
        Assert.Null(pair.Known.Measurement); // it does not say what it draws
        pair.AssertNothingRefused();
    }

    [Fact]
    public async Task A_car_tells_the_least_that_must_be_in_it_for_its_departure_and_has_no_session_while_it_is_away()
    {
        // At 6:00 the car has 10 of 40 kWh; at 8:00 it leaves for 14.75 kWh, and a tenth of its capacity is to be in it when it is back: 18.75 kWh at 8:00, and, as
        // it is to be ready two hours before, always from now on. It takes 4 kW of which 90 % arrive.
        var grid = PeriodGrid.QuarterHour;
        var car = new SimulatedStorage(
            new CarStore("car", new Energy(40_000), 4_000, [new Journey(grid.At(Six.AddHours(2)), grid.At(Six.AddHours(10)), new Energy(14_750))], new Energy(4_000), new Energy(10_000)), _time);
        await using var pair = await OpenAsync(car, "electric car");
        await S2Home.UntilAsync(() => pair.Known.Target is not null, "its target is told");
        Assert.Equal(RoleType.EnergyConsumer, Assert.Single(pair.Known.Details!.Roles).RoleType);
        Assert.Equal(96, pair.Known.Target!.Elements.Count);
        Assert.Equal((18.75, 40.0), (pair.Known.Target.Elements[0].FillLevelRange.StartOfRange.Value, pair.Known.Target.Elements[0].FillLevelRange.EndOfRange.Value));
        Assert.Equal(14.75 / 900, pair.Known.Usage!.Elements[39].UsageRateExpected.Value, 12); // driven, in the last quarter before 16:00

        await pair.UntilAsync(pair.Tell((id, order) => Fill(id, order, "mode-1", 1)), InstructionStatus.Started);
        await pair.UntilWattsAsync(4_000);
        await pair.PassAsync(TimeSpan.FromHours(1));
        await S2Home.UntilAsync(() => Math.Abs(pair.Known.StorageStatus!.PresentFillLevel - 13.6) < 1e-9, "it has 13.6 kWh");
        Assert.Equal(4_000, car.CountedWattHours, 9);
        await pair.PassAsync(TimeSpan.FromMinutes(61));
        Assert.False(car.IsThere);
        await S2Home.UntilAsync(() => !pair.Home.Manager.Devices.TryGetValue("battery", out var known) || known.Connection.Resource.Instructions.IsEmpty, "its session is over");
        Assert.Equal(0, car.Watts);
        Assert.Equal(8_000, car.CountedWattHours, 9);
    }

    [Fact]
    public void A_car_that_is_away_is_known_as_it_is_when_it_is_back()
    {
        var grid = PeriodGrid.QuarterHour;
        Journey Away(int from, int to) => new(grid.At(Six.AddHours(from)), grid.At(Six.AddHours(to)), new Energy(1_000));
        var car = new SimulatedStorage(new CarStore("car", new Energy(40_000), 4_000, [Away(-9, -8), Away(-1, 1), Away(1, 2)], new Energy(4_000), new Energy(10_000)), _time);
        Assert.False(car.IsThere);
        Assert.Equal(new StorageWay(4, 0.9), car.Offer!.In);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.True(car.IsThere);
    }

    [Fact]
    public async Task A_water_heater_tells_its_leak_and_what_will_be_drawn_and_heats_by_itself_when_nobody_manages_it()
    {
        // 100 l over 25 K hold 100 · 25 · 1.163 Wh = 2.9075 kWh; half of it is in it. It takes 2 kW.
        var drawn = new PowerProfile(PeriodGrid.QuarterHour.At(Six.AddDays(-2)), [.. Enumerable.Range(0, 192).Select(t => t % 96 == 4 ? 1_000L : 0)]);
        var tank = new SimulatedStorage(new WaterHeaterStore("water heater", 2_000, 100, drawn, 60, 25), _time);
        await using var pair = await OpenAsync(tank, "water heater");
        Assert.Equal(1.45375, pair.Known.StorageStatus!.PresentFillLevel.Value, 9);
        await S2Home.UntilAsync(() => pair.Known is { Leakage.Current: not null, Usage: not null, Target: not null }, "all is told");

        // A full one loses 60 W, so that 1 − e^(−0.06/2.9075) of it is gone in an hour; pieces are told by their middle, the topmost of eight from −2.9075 to 2.9075 kWh by 7/8 of that.
        Assert.Equal(0.875 * 2.9075 * (1 - Math.Exp(-0.06 / 2.9075)) / 3_600, pair.Known.Leakage.At(Six)!.Elements[^1].LeakageRate.Value, 10);
        Assert.Equal(0.25 / 900, pair.Known.Usage!.Elements[4].UsageRateExpected.Value, 12); // as on the two days before: 1 kW for a quarter of an hour from 7:00

        pair.Tell((id, order) => Fill(id, order, "mode-0", 0));
        await pair.UntilWattsAsync(0);
        await pair.LoseAsync();
        Assert.Equal(2_000, tank.Watts);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2.9075, tank.FillLevel!.Value, 9);
    }

    private SimulatedStorage Battery(long watts) =>
        new(new BatteryStore("battery", new BatteryDescription(new Energy(10_000), watts, watts, new Efficiency(950_000), new Efficiency(950_000), initialFill: new Energy(5_000))), _time);

    private Task<OfferedPair> OpenAsync(SimulatedStorage storage, string type) => OfferedPair.OpenAsync(OfferedDevice.Of(OfferedIdentity.Simulated(type, type), storage, _time), _time);

    private static FrbcInstruction Fill(Identifier id, Identifier order, string mode, double factor, DateTimeOffset? at = null) =>
        new(id, order, at ?? DateTimeOffset.UnixEpoch, false, Identifier.Named("actuator-0"), Identifier.Named(mode), factor);

    private sealed class StubbornBattery : IStorageBehind
    {
        private readonly ConcurrentQueue<double?> _told = new();

        public IEnumerable<double?> Told => _told;

        public bool IsThere => true;

        public StorageOffer? Offer { get; } = new(1, 10, new StorageWay(5, 0.95), new StorageWay(0, 0.95));

        public double? FillLevel => 5;

        public double? Watts => null;

        public ValueTask<string?> RunAsync(double? watts, CancellationToken stop)
        {
            _told.Enqueue(watts);
            return ValueTask.FromResult<string?>(watts is null ? null : "it is being looked after");
        }
    }
}
