using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

public sealed class DevicesTests
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    [Fact]
    public void A_battery_stores_what_its_efficiency_leaves_and_gives_back_what_it_leaves_again()
    {
        // 1000 Wh in at 90 % are 900 Wh inside; 810 Wh out at 90 % take them all; 190 Wh are lost.
        var battery = new Battery("battery", new BatteryDescription(
            new Energy(5_000), 4_000, 4_000, new Efficiency(900_000), new Efficiency(900_000)), Grid);
        Assert.Equal(new Energy(1_000), battery.Execute(new StorageAllocation("battery", Homes.At(0), new Energy(1_000))));
        Assert.Equal(new Energy(900), battery.Fill);
        Assert.Equal(new Energy(-810), battery.Execute(new StorageAllocation("battery", Homes.At(1), new Energy(-1_000))));
        Assert.Equal((Energy.Zero, new Energy(190)), (battery.Fill, battery.Losses));
    }

    [Fact]
    public void Small_flows_lose_no_more_than_large_ones()
    {
        // A thousand times 1 Wh at 95 % are 950 Wh, not nothing.
        var battery = new Battery("battery", new BatteryDescription(new Energy(5_000), 4_000, 4_000), Grid);
        for (var i = 0; i < 1_000; i++)
        {
            battery.Execute(new StorageAllocation("battery", Homes.At(i), new Energy(1)));
        }

        Assert.Equal(new Energy(950), battery.Fill);
    }

    [Fact]
    public void No_order_drives_a_battery_out_of_its_limits() =>
        Gen.Select(Homes.Batteries, Gen.Long[-20_000, 20_000].Array[1, 60]).Sample((description, orders) =>
        {
            var battery = new Battery("battery", description, Grid);
            var (inflow, outflow) = (0L, 0L);
            for (var i = 0; i < orders.Length; i++)
            {
                var flow = battery.Execute(new StorageAllocation("battery", Homes.At(i), new Energy(orders[i]))).WattHours;
                inflow += Math.Max(0, flow);
                outflow += Math.Max(0, -flow);
                Assert.InRange(battery.ExactFill, description.MinimumFill.WattHours * 1_000_000, description.Capacity.WattHours * 1_000_000);
                Assert.InRange(flow, -description.DischargeWatts / 4, description.ChargeWatts / 4);
                Assert.Equal(new Energy(inflow - outflow) - (battery.Fill - description.InitialFill), battery.Losses);
                Assert.True(battery.Losses >= Energy.Zero);
            }
        }, iter: 2_000);

    [Fact]
    public void An_appliance_runs_its_phases_in_order_and_cannot_be_stopped()
    {
        var appliance = new ShiftableAppliance(new ApplianceDescription(
            "dishwasher", [1_600, 400, 800], [new ApplianceRun(Homes.At(0), Homes.At(20))]), Grid);
        Assert.IsType<ShiftableControlSpace>(appliance.Describe(Homes.At(0)));
        Assert.Equal(new Energy(400), appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(0), true)));
        Assert.Equal(400, Assert.IsType<InflexibleControlSpace>(appliance.Describe(Homes.At(1))).ForecastWatts);
        Assert.Equal(new Energy(100), appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(1), false)));
        Assert.Equal(new Energy(200), appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(2), false)));
        Assert.Null(appliance.Describe(Homes.At(3)));
        Assert.Equal(1, appliance.Finished);
    }

    [Fact]
    public void An_appliance_does_not_start_before_it_is_loaded()
    {
        var appliance = new ShiftableAppliance(new ApplianceDescription(
            "dishwasher", [1_600], [new ApplianceRun(Homes.At(5), Homes.At(20))]), Grid);
        Assert.Null(appliance.Describe(Homes.At(4)));
        Assert.Equal(Energy.Zero, appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(4), true)));
    }

    [Fact]
    public void A_run_that_was_missed_altogether_is_skipped_and_the_next_one_runs_once()
    {
        var appliance = new ShiftableAppliance(new ApplianceDescription(
            "dishwasher", [1_600], [new ApplianceRun(Homes.At(0), Homes.At(2)), new ApplianceRun(Homes.At(2), Homes.At(6))]), Grid);
        Assert.Equal(new Energy(400), appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(3), true)));
        Assert.Equal(Energy.Zero, appliance.Execute(new ShiftableAllocation("dishwasher", Homes.At(4), true)));
        Assert.Equal(1, appliance.Finished);
    }

    [Fact]
    public void A_plant_curtails_what_it_is_told_and_never_produces_less_than_nothing()
    {
        var plant = new PhotovoltaicPlant("sun", PowerProfile.Constant(4_000), PowerProfile.Constant(3_000), Grid);
        Assert.Equal((-3_000L, 3_000L), (plant.Describe(Homes.First).ForecastWatts, plant.Describe(Homes.First).CurtailableWatts));
        Assert.Equal(new Energy(700), plant.Execute(new InflexibleAllocation("sun", Homes.First, new Energy(300))));
        Assert.Equal(Energy.Zero, plant.Execute(new InflexibleAllocation("sun", Homes.First, new Energy(5_000))));
        Assert.Throws<ArgumentOutOfRangeException>(() => plant.Execute(new InflexibleAllocation("sun", Homes.First, new Energy(-1))));
    }

    [Fact]
    public void Impossible_descriptions_cannot_be_built()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Efficiency(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Efficiency(1_000_001));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatteryDescription(Energy.Zero, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatteryDescription(new Energy(1_000), -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatteryDescription(new Energy(1_000), 1, 1, minimumFill: new Energy(1_001)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatteryDescription(new Energy(1_000), 1, 1, initialFill: new Energy(1_001)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InflexibleControlSpace("sun", Homes.First, -100, 101));
        Assert.Throws<ArgumentException>(() => new ApplianceDescription("x", [], [new ApplianceRun(Homes.At(0), Homes.At(9))]));
        Assert.Throws<ArgumentException>(() => new ApplianceDescription("x", [1, 1], [new ApplianceRun(Homes.At(0), Homes.At(1))]));
        Assert.Throws<ArgumentException>(() => new ApplianceDescription(
            "x", [1], [new ApplianceRun(Homes.At(0), Homes.At(4)), new ApplianceRun(Homes.At(3), Homes.At(6))]));
        Assert.Throws<ArgumentException>(() => PowerProfile.Constant(-1));
    }

    [Fact]
    public void Outside_its_span_a_profile_repeats_the_nearest_day()
    {
        var profile = new PowerProfile(Homes.First, [.. Enumerable.Range(0, 192).Select(i => (long)i)]);
        Assert.Equal(96 + 5, profile.At(Homes.At(192 + 5)));
        Assert.Equal(96 + 5, profile.At(Homes.At(192 + 96 + 5)));
        Assert.Equal(95, profile.At(Homes.At(-1)));
    }
}
