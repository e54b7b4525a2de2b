using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Mapping;

/// <summary>S2 devices in a home's plan: batteries as stores, the others beside it, and the answer in their words.</summary>
public sealed class S2PlanTests
{
    private static readonly DateTimeOffset Now = S2Examples.Now;
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly Period Noon = PeriodGrid.QuarterHour.At(Now);
    private static readonly SupplierPrices Supplier = new(new Price(280_000), new Price(90_000));

    private int _ids;

    [Fact]
    public void What_a_battery_holds_and_loses_follows_from_its_rates()
    {
        // Charging takes 5000 / (3600 × 0.00125) = 1,111.1 Wh a kWh of fill, delivering gives 5000 / (3600 × 0.00154) = 901.9: √(901.9 / 1,111.1) = 90.1 % each way,
        // and a unit of fill holds √(1,111.1 × 901.9) = 1,001.0 Wh: 10,010 in all, and 4.2 of 10 are 4,204.
        var battery = S2Store.Of(Battery("idle", 4.2), Now)!.Battery;
        Assert.Equal((10_010, 4_204, 5_000, 5_000), (battery.Capacity.WattHours, battery.InitialFill.WattHours, battery.ChargeWatts, battery.DischargeWatts));
        Assert.InRange(battery.Charging.PartsPerMillion, 900_900, 901_000);
        Assert.Equal(battery.Charging, battery.Discharging);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(11, 10_010)]
    public void A_fill_level_outside_its_range_is_taken_for_the_end_that_is_nearer(double level, long wattHours) =>
        Assert.Equal(wattHours, S2Store.Of(Battery("idle", level), Now)!.Battery.InitialFill.WattHours);

    [Fact]
    public void What_is_no_battery_is_not_planned_as_one()
    {
        var one = S2Examples.Battery.Actuators[0];
        static S2Resource Told(FrbcActuatorDescription actuator) => S2Told.Battery("idle", 5, With(actuator));

        // It gives more than it takes; it cannot deliver; its charging has a least power.
        Assert.Null(S2Store.Of(Told(Changed(one, "discharge", element => element with { FillRate = new NumberRange(0, -0.0001) })), Now));
        Assert.Null(S2Store.Of(Told(Changed(one, "discharge", element => element with { FillRate = new NumberRange(0, 0) })), Now));
        Assert.Null(S2Store.Of(Told(Changed(one, "charge", element => element with { FillRate = new NumberRange(0.0001, 0.00125) })), Now));

        // A target of its own counts, and not the price.
        Assert.Null(S2Store.Of(Battery("idle", 5).After(S2Examples.All.OfType<FrbcFillLevelTargetProfile>().Single(), Now, out _), Now));
        Assert.Null(S2Store.Of(S2Resource.Unknown, Now));

        // A target that is over counts no more.
        var (target, battery) = (S2Examples.All.OfType<FrbcFillLevelTargetProfile>().Single(), Battery("idle", 5));
        var length = TimeSpan.FromMilliseconds(target.Elements.Sum(element => element.Duration.Milliseconds));
        Assert.Null(S2Store.Of(battery.After(target with { StartTime = Now - length + TimeSpan.FromMilliseconds(1) }, Now, out _), Now));
        Assert.NotNull(S2Store.Of(battery.After(target with { StartTime = Now - length }, Now, out _), Now));
    }

    [Fact]
    public void A_battery_whose_ranges_ascend_delivers_most_at_factor_0()
    {
        // As libraries have it that want each range to ascend: −5 kW at 0, nothing at 1. 625 Wh in a quarter of an hour are half of 5 kW, 1,250 Wh all of it.
        var ascending = S2Told.Battery("idle", 5, With(Changed(S2Examples.Battery.Actuators[0], "discharge", element => new FrbcOperationModeElement(
            element.FillLevelRange, new NumberRange(-0.00154, 0), [new PowerRange(-5_000, 0, CommodityQuantity.ElectricPowerL1)], element.RunningCosts))));
        var store = S2Store.Of(ascending, Now)!;
        Assert.Equal(S2Store.Of(Battery("idle", 5), Now)!.Battery, store.Battery);
        Assert.Equal((new Identifier("discharge"), 0.5), ModeOf(store.InstructionsFor(new Energy(-625), Now, Quarter, NextId)[0]));
        Assert.Equal((new Identifier("discharge"), 0.0), ModeOf(store.InstructionsFor(new Energy(-1_250), Now, Quarter, NextId)[0]));
        Assert.Equal((new Identifier("discharge"), 1.0), ModeOf(store.InstructionsFor(Energy.Zero, Now, Quarter, NextId)[^1])); // where nothing else is left to rest in
    }

    [Fact]
    public void A_battery_with_one_mode_for_both_ways_rests_at_the_factor_without_power()
    {
        // From −3 to 5 kW with the factor: nothing at 3/8, 2.5 kW at 11/16, −1.5 kW at 3/16. 0.001 kWh a second at 3.6 kW is without loss: −1/1,200 to 1/720.
        var both = new FrbcOperationModeElement(S2Examples.Battery.Storage.FillLevelRange, new NumberRange(-1.0 / 1_200, 1.0 / 720), [new PowerRange(-3_000, 5_000, CommodityQuantity.ElectricPowerL1)]);
        var actuator = new FrbcActuatorDescription(new Identifier("inverter"), [Commodity.Electricity], [new FrbcOperationMode(new Identifier("both"), [both], false)], [], []);
        var store = S2Store.Of(S2Told.Battery("both", 5, With(actuator)), Now)!;
        Assert.Equal((10_000, 5_000, 3_000, 1_000_000), (store.Battery.Capacity.WattHours, store.Battery.ChargeWatts, store.Battery.DischargeWatts, store.Battery.Charging.PartsPerMillion));
        Assert.Equal(11.0 / 16, ModeOf(store.InstructionsFor(new Energy(625), Now, Quarter, NextId)[0]).Factor, 9);
        Assert.Equal(3.0 / 16, ModeOf(store.InstructionsFor(new Energy(-375), Now, Quarter, NextId)[0]).Factor, 9);
        Assert.Equal(3.0 / 8, ModeOf(store.InstructionsFor(Energy.Zero, Now, Quarter, NextId)[0]).Factor, 9);
    }

    [Fact]
    public void What_a_device_has_yet_to_tell_is_named()
    {
        var selected = S2Told.Of(ControlType.FillRateBasedControl);
        Assert.Equal("a system description", selected.Missing(Now));
        var described = S2Told.Of(ControlType.FillRateBasedControl, S2Examples.Battery);
        Assert.Equal("its fill level", described.Missing(Now));
        Assert.Equal("in which operation mode its actuator inverter is", described.After(new FrbcStorageStatus(NextId(), 5), Now, out _).Missing(Now));
        Assert.Null(Battery("idle", 5).Missing(Now));

        // By a clock that is three hours fast; Now is noon of the 29th of November.
        var fast = new FrbcSystemDescription(NextId(), Now.AddHours(3), S2Examples.Battery.Actuators, S2Examples.Battery.Storage);
        Assert.Equal("what it is now, but from 11-29 15:00Z on", S2Told.Of(ControlType.FillRateBasedControl, fast).Missing(Now));
        Assert.Equal("a forecast of its power", S2Told.Of(ControlType.PowerEnvelopeBasedControl).Missing(Now));
        Assert.Equal("in which operation mode it is", S2Told.Of(ControlType.OperationModeBasedControl, S2Examples.All.OfType<OmbcSystemDescription>().Single()).Missing(Now));
        Assert.Null(S2Told.Of(ControlType.PowerProfileBasedControl).Missing(Now));
        Assert.Null(S2Resource.Unknown.Missing(Now));
    }

    [Fact]
    public void A_storage_of_one_mode_without_transitions_bids_and_is_told_a_factor()
    {
        // S2 asks for no transition, EFI does. −200 to 200 W in one mode, at rest at 0.5; at 10 of 100 it is below its target, and charges at any price: factor 1.
        var mode = new FrbcOperationModeElement(new NumberRange(0, 100), new NumberRange(-0.005, 0.005), [new PowerRange(-200, 200, CommodityQuantity.ElectricPowerL1)]);
        var description = new FrbcSystemDescription(
            NextId(), Now, [new FrbcActuatorDescription(new Identifier("inverter"), [Commodity.Electricity], [new FrbcOperationMode(new Identifier("both"), [mode], false)], [], [])],
            new FrbcStorageDescription(true, false, false, new NumberRange(0, 100)));
        var resource = S2Told.Of(
            ControlType.FillRateBasedControl, description,
            new FrbcFillLevelTargetProfile(NextId(), Now, [new FrbcFillLevelTargetProfileElement(new S2Duration(3_600_000), new NumberRange(20, 30))]),
            new FrbcStorageStatus(NextId(), 10), new FrbcActuatorStatus(NextId(), new Identifier("inverter"), new Identifier("both"), 0.5));
        var basis = MarketBasis.Create(101, 0, 500_000);
        var bid = S2Bid.Of(resource, Now, Quarter, basis)!;
        Assert.Equal(Demand.FromWatts(200), bid.Curve.At(500_000));
        Assert.Equal((new Identifier("both"), 1.0), ModeOf(Assert.IsType<FrbcInstruction>(Assert.Single(bid.InstructionsAt(500_000, NextId)))));
    }

    [Fact]
    public void An_energy_is_a_mode_and_a_factor_and_where_no_way_leads_there_the_battery_rests()
    {
        // 625 Wh in a quarter of an hour are 2,500 W, half of 5 kW.
        var idle = Battery("idle", 5);
        var charge = S2Store.Of(idle, Now)!.InstructionsFor(new Energy(625), Now, Quarter, NextId)[0];
        Assert.Equal((new Identifier("charge"), 0.5), (charge.OperationMode, charge.OperationModeFactor.Value));
        Assert.Null(idle.ProblemOf(charge, Now));

        // From charging no transition leads to discharging: the next that it can follow is idle.
        var charging = Battery("charge", 5);
        var discharge = S2Store.Of(charging, Now)!.InstructionsFor(new Energy(-625), Now, Quarter, NextId);
        Assert.NotNull(charging.ProblemOf(discharge[0], Now));
        var first = discharge.First(instruction => charging.ProblemOf(instruction, Now) is null);
        Assert.Equal((new Identifier("idle"), 0.0), (first.OperationMode, first.OperationModeFactor.Value));

        // While its timer runs it cannot begin to charge, and stays.
        var settling = idle.After(new FrbcTimerStatus(NextId(), new Identifier("settle"), new Identifier("inverter"), Now.AddMinutes(1)), Now, out _);
        Assert.Equal(
            new Identifier("idle"), S2Store.Of(settling, Now)!.InstructionsFor(new Energy(625), Now, Quarter, NextId).First(instruction => settling.ProblemOf(instruction, Now) is null).OperationMode);
    }

    [Fact]
    public void Batteries_are_stores_and_the_others_bid_and_each_is_told_its_part()
    {
        var plan = S2Plan.Of([new S2Part("s2/battery", Battery("idle", 5)), new S2Part("s2/washer", Washer())], Now, MarketRules.Default, Supplier, []);
        Assert.Equal("s2/battery", Assert.Single(plan.Batteries).Name);
        Assert.True(plan.Beside.At(new Price(90_000)) > Energy.Zero);
        Assert.Equal(Energy.Zero, plan.Beside.At(new Price(280_000)));

        var orders = plan.OrdersFor(Delivery(90_000, new StorageAllocation("s2/battery", Noon, new Energy(1_250))), NextId).ToDictionary(order => order.Name);
        Assert.Equal(1.0, Assert.IsType<FrbcInstruction>(orders["s2/battery"].Instructions[0]).OperationModeFactor.Value);
        Assert.All(orders["s2/washer"].Instructions, instruction => Assert.IsType<PpbcScheduleInstruction>(instruction));
        Assert.Equal(2, orders["s2/washer"].Instructions.Length);
        Assert.Empty(plan.OrdersFor(Delivery(280_000), NextId).Single().Instructions);
    }

    [Fact]
    public void What_is_bid_is_what_the_device_then_takes_at_every_price()
    {
        foreach (var resource in new[] { Washer(), Generator(), Hybrid("heat-on") })
        {
            var plan = S2Plan.Of([new S2Part("s2/one", resource)], Now, MarketRules.Default, Supplier, []);
            var basis = EnergyCurve.BasisOf(Supplier, MarketRules.Default);
            var bid = S2Bid.Of(resource, Now, Quarter, basis)!;
            for (var price = 60_000L; price <= 320_000; price += 100)
            {
                var watts = bid.Curve.At(EnergyCurve.PriceOn(basis, new Price(price))).NanoWatts / 1e9;
                Assert.Equal((price, (long)Math.Round(watts / 4)), (price, plan.Beside.At(new Price(price)).WattHours));
            }
        }
    }

    [Fact]
    public void The_members_word_goes_before_the_price()
    {
        var (on, off) = (new FixedDevice("s2/washer", true, Noon.Next), new FixedDevice("s2/washer", false, Noon.Next));
        var part = new S2Part("s2/washer", Washer());
        var dear = S2Plan.Of([part], Now, MarketRules.Default, Supplier, [on]);
        Assert.True(dear.Beside.At(new Price(280_000)) > Energy.Zero);
        Assert.NotEmpty(dear.OrdersFor(Delivery(280_000), NextId).Single().Instructions);
        var cheap = S2Plan.Of([part], Now, MarketRules.Default, Supplier, [off]);
        Assert.Equal(Energy.Zero, cheap.Beside.At(new Price(90_000)));
        Assert.Empty(cheap.OrdersFor(Delivery(90_000), NextId).Single().Instructions);
    }

    [Fact]
    public void More_batteries_than_can_be_planned_bid_for_themselves()
    {
        var plan = S2Plan.Of(Enumerable.Range(0, 20).Select(i => new S2Part($"s2/{i:00}", Battery("idle", 5))), Now, MarketRules.Default, Supplier, []);
        Assert.Equal(S2Plan.MostStores, plan.Batteries.Length);

        // Half full they charge below the middle of the supplier's prices: four of 1,250 Wh.
        Assert.Equal(5_000, plan.Beside.At(new Price(90_000)).WattHours);
        Assert.Equal(20, plan.OrdersFor(Delivery(90_000, [.. plan.Batteries.Select(battery => new StorageAllocation(battery.Name, Noon, Energy.Zero))]), NextId).Count());
    }

    [Fact]
    public void A_hybrid_meets_its_demand_by_electricity_where_that_is_cheaper_than_gas()
    {
        // The demand is 6 kW of heat: by a heat pump, 1.5 kW of electricity, or a boiler whose gas costs 0.0001 EUR a second, 0.36 EUR an hour: cheaper from
        // 0.36 / 1.5 = 0.24 EUR/kWh on.
        var basis = MarketBasis.Create(101, 0, 500_000);
        var bid = S2Bid.Of(Hybrid("heat-off"), Now, Quarter, basis)!;
        Assert.Equal((Demand.FromWatts(1_500), Demand.FromWatts(1_500), Demand.Zero), (bid.Curve.At(0), bid.Curve.At(235_000), bid.Curve.At(245_000)));
        var cheap = bid.InstructionsAt(0, NextId).Cast<DdbcInstruction>().ToList();
        Assert.Equal([("pump", "heat-on", 1.0)], cheap.Select(one => (one.ActuatorId.ToString(), one.OperationModeId.ToString(), one.OperationModeFactor.Value)));
        var dear = bid.InstructionsAt(500_000, NextId).Cast<DdbcInstruction>().ToList();
        Assert.Equal([("boiler", "fire-on", 0.6)], dear.Select(one => (one.ActuatorId.ToString(), one.OperationModeId.ToString(), Math.Round(one.OperationModeFactor.Value, 9))));
        Assert.All(cheap.Concat(dear), instruction => Assert.Null(Hybrid("heat-off").ProblemOf(instruction, Now)));
    }

    private static Delivery Delivery(long price, params StorageAllocation[] orders) =>
        new(Noon, Energy.Zero, [.. orders], Energy.Zero, Energy.Zero, Energy.Zero, Energy.Zero, null) { BesidePrice = new Price(price) };

    private static FrbcActuatorDescription Changed(FrbcActuatorDescription actuator, string mode, Func<FrbcOperationModeElement, FrbcOperationModeElement> change) => new(
        actuator.Id, actuator.SupportedCommodities,
        ValueList.From(actuator.OperationModes.Select(one => one.Id.ToString() != mode ? one : new FrbcOperationMode(one.Id, [change(one.Elements[0])], false))), actuator.Transitions, actuator.Timers);

    private static S2Resource Battery(string mode, double fill) => S2Told.Battery(mode, fill);

    private static S2Resource Washer() => S2Told.Of(ControlType.PowerProfileBasedControl, S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single());

    private S2Resource Generator() => S2Told.Of(
        ControlType.OperationModeBasedControl, S2Examples.All.OfType<OmbcSystemDescription>().Single(), new OmbcStatus(NextId(), new Identifier("on"), 1));

    private S2Resource Hybrid(string pump)
    {
        static DdbcOperationMode Mode(string id, double watts, double heat, double cost) => new(
            new Identifier(id), [new PowerRange(0, watts, CommodityQuantity.ElectricPowerL1)], new NumberRange(0, heat), false, new NumberRange(cost, cost));
        static Transition Way(string from, string to) => new(new Identifier($"{from}:{to}"), new Identifier(from), new Identifier(to), [], [], false);
        DdbcActuatorDescription Actuator(string id, Commodity commodity, DdbcOperationMode off, DdbcOperationMode on) => new(
            new Identifier(id), [commodity], [off, on], [Way(off.Id.ToString(), on.Id.ToString()), Way(on.Id.ToString(), off.Id.ToString())], []);
        var description = new DdbcSystemDescription(
            NextId(), Now,
            [
                Actuator("pump", Commodity.Electricity, Mode("heat-off", 0, 0, 0), Mode("heat-on", 1_500, 6, 0)),
                Actuator("boiler", Commodity.Gas, Mode("fire-off", 0, 0, 0), Mode("fire-on", 0, 10, 0.0001)),
            ],
            new NumberRange(6, 6), false);
        return S2Told.Of(
            ControlType.DemandDrivenBasedControl, description,
            new DdbcActuatorStatus(NextId(), new Identifier("pump"), new Identifier(pump), 0), new DdbcActuatorStatus(NextId(), new Identifier("boiler"), new Identifier("fire-off"), 0));
    }

    private Identifier NextId() => new($"id-{++_ids}");

    private static FrbcSystemDescription With(FrbcActuatorDescription actuator) => new(S2Examples.Battery.MessageId, S2Examples.Battery.ValidFrom, [actuator], S2Examples.Battery.Storage);

    private static (Identifier Mode, double Factor) ModeOf(FrbcInstruction instruction) => (instruction.OperationMode, instruction.OperationModeFactor.Value);
}
