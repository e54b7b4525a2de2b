using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using VirtualEnergy.P2P.Flexibility.Mapping;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Content;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;
using VirtualEnergy.P2P.Tests.Proof.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Mapping;

public sealed class MappingTests
{
    private static readonly DateTimeOffset Now = S2Examples.Now;

    private static readonly EfiHeader Header = new(new Identifier("device-1"), Now);

    private static int ids;

    private static StorageSystemDescription Tank { get; } = new(
        Header,
        Id("tank"),
        Now,
        [
            new ActuatorBehaviour(
                3,
                [
                    new StorageRunningMode(7, "off", [Piece(20, 90, Data(0, 0))]),
                    new StorageRunningMode(9, "on", [Piece(20, 60, Data(0.001, 500), Data(0.004, 2000)), Piece(60, 90, Data(0.0005, 500), Data(0.002, 2000))]),
                ],
                [new RunningModeTimer(2, "min off", TimeSpan.FromMinutes(10))],
                [new RunningModeTransition(7, 9, BlockingTimers: [2]), new RunningModeTransition(9, 7, [2], default, 0.01, TimeSpan.FromSeconds(30))]),
        ],
        [new LeakageElement(new FillLevelRange(20, 90), 0.0001)]);

    private static AdjustableSystemDescription Generator { get; } = new(
        Header,
        Id("generator"),
        Now,
        [
            new AdjustableRunningMode(0, "off", new AdjustableModeData(new CommodityRates(ElectricalPower: 0, GasFlowRate: 0))),
            new AdjustableRunningMode(
                1,
                "on",
                new AdjustableModeData(new CommodityRates(ElectricalPower: -500, GasFlowRate: 0.1), 0.0001),
                new AdjustableModeData(new CommodityRates(ElectricalPower: -1000, GasFlowRate: 0.2), 0.0001)),
        ],
        [],
        [new RunningModeTransition(0, 1), new RunningModeTransition(1, 0)]);

    [Fact]
    public void A_storage_comes_back_from_S2_with_its_numbers_in_order()
    {
        var registration = new StorageRegistration(
            Header, default, new DeviceDescription(DeviceClass.WaterHeater), null, "Temperature", "°C", [new StorageActuator(3, [EfiCommodity.Electricity], "heater")]);
        var description = StorageMapping.ToS2(registration, Tank, Id("m-1"));
        var leakage = StorageMapping.LeakageToS2(Tank, Id("m-2"));
        AssertGood(description);
        AssertGood(leakage!);
        Assert.Equal(new NumberRange(20, 90), description.Storage.FillLevelRange);

        // S2 has names and no numbers: on the way back they are numbered from 0.
        var back = StorageMapping.ToEfi(description, leakage, Header);
        Assert.Equal(Tank.Leakage, back.Leakage);
        var (before, after) = (Assert.Single(Tank.Actuators), Assert.Single(back.Actuators));
        Assert.Equal(before.Modes.Select(mode => (mode.Label, mode.Elements)), after.Modes.Select(mode => (mode.Label, mode.Elements)));
        Assert.Equal([new RunningModeTransition(0, 1, default, [0]), new RunningModeTransition(1, 0, [0], default, 0.01, TimeSpan.FromSeconds(30))], after.Graph.Transitions);
        Assert.Equal([new RunningModeTimer(0, "min off", TimeSpan.FromMinutes(10))], after.Graph.Timers);
    }

    [Fact]
    public void An_adjustable_device_comes_back_from_S2_as_it_was()
    {
        var description = AdjustableMapping.ToS2(Generator, Id("generator"));
        AssertGood(description);
        Assert.Equal([new PowerRange(-500, -1000, CommodityQuantity.ElectricPowerL1), new PowerRange(0.1, 0.2, CommodityQuantity.NaturalGasFlowRate)], description.OperationModes[1].PowerRanges);
        var back = AdjustableMapping.ToEfi(description, Header);
        Assert.Equal(Generator.Modes, back.Modes);
        Assert.Equal(Generator.Graph, back.Graph);
    }

    [Fact]
    public void A_job_comes_back_from_S2_as_it_was()
    {
        SequentialProfileAlternative Way(int number, double watts) => new(number, new CommodityProfiles(
            new Profile([new ProfileElement(TimeSpan.FromMinutes(30), Expectation.Within(watts - 200, watts - 100, watts, watts + 100, watts + 200))]),
            heat: new HeatProfile([new HeatProfileElement(TimeSpan.FromMinutes(30), Expectation.Certain(60), null, null)])));
        var job = new ShiftableUpdate(Header, Id("job"), Now, Now.AddHours(6), [
            new SequentialProfile(0, TimeSpan.Zero, [Way(0, 2000), Way(1, 1500)]), new SequentialProfile(1, TimeSpan.FromMinutes(20), [Way(0, 500)])]);
        var s2 = ShiftableMapping.ToS2(job, Id("m-1"));
        AssertGood(s2);
        Assert.Equal(job, ShiftableMapping.ToEfi(s2, Header));
    }

    [Fact]
    public void A_forecast_and_a_measurement_come_back_from_S2_as_they_were()
    {
        var forecast = new InflexibleForecast(Header, Id("m-1"), Now, new CommodityProfiles(
            new Profile([new ProfileElement(TimeSpan.FromHours(1), Expectation.Certain(-800)), new ProfileElement(TimeSpan.FromHours(1), Expectation.Certain(-900))])));
        Assert.Equal(forecast, InflexibleMapping.ToEfi(InflexibleMapping.ToS2(forecast, Id("m-1")), Header));
        var measurement = new Measurement(Header, Now, new CommodityRates(ElectricalPower: -812.5, HeatTemperature: 61));
        Assert.Equal(measurement, InflexibleMapping.ToEfi(InflexibleMapping.ToS2(measurement, Id("m-1")), Header));
    }

    [Fact]
    public void Curtailment_comes_back_from_S2_as_it_was()
    {
        var options = new InflexibleCurtailmentOptions(Header, Id("limits"), Now, [
            new CurtailmentOption(CurtailmentQuantity.ElectricityPower, default, [new CurtailmentRange(-4000, -2000), new CurtailmentRange(-1000, 0)])]);
        var constraints = InflexibleMapping.ToS2(options, Id("m-1"));
        AssertGood(constraints);
        Assert.Equal(options, InflexibleMapping.ToEfi(constraints, Header));
    }

    [Theory]
    [InlineData(-4000, 0, 0, 0, -2500, 0, -2500)] // production limited: nothing above 0, not more out than 2500
    [InlineData(0, 0, 0, 3000, 1200, 1200, 0)] // consumption limited
    [InlineData(-4000, 0, 0, 3000, -2500, 3000, -2500)] // production limited, consumption as wide as it may be
    [InlineData(-4000, 0, 0, 0, 0, 0, 0)] // production switched off
    public void A_curtailment_is_an_envelope_within_what_the_device_allows(
        double lowFrom, double lowTo, double highFrom, double highTo, double value, double upper, double lower)
    {
        var constraints = new PebcPowerConstraints(Id("m-1"), Id("limits"), Now, PowerEnvelopeConsequence.Vanish, [
            new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.LowerLimit, new NumberRange(lowFrom, lowTo), false),
            new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.UpperLimit, new NumberRange(highFrom, highTo), false)]);
        var instruction = new InflexibleInstruction(Header, Id("curtail"), Id("limits"), false, new CurtailmentProfile(
            CurtailmentQuantity.ElectricityPower, Now, [new CurtailmentProfileElement(TimeSpan.FromMinutes(15), value)]));
        var envelope = InflexibleMapping.ToS2(instruction, constraints, NextId);
        AssertGood(envelope);
        Assert.Equal(new PebcPowerEnvelopeElement(new S2Duration(900_000), upper, lower), Assert.Single(Assert.Single(envelope.PowerEnvelopes).PowerEnvelopeElements));
        Assert.Null(With(ControlType.PowerEnvelopeBasedControl, constraints).ProblemOf(envelope, Now));
    }

    [Fact]
    public void Allocations_to_S2_devices_are_ones_that_the_devices_take()
    {
        var battery = With(ControlType.FillRateBasedControl, S2Examples.Battery, new FrbcActuatorStatus(Id("m-1"), Id("inverter"), Id("idle"), 0), new FrbcStorageStatus(Id("m-2"), 5));
        var names = StorageMapping.NamesOf(S2Examples.Battery);
        var status = StorageMapping.ToEfi(battery, names, Id("status"), Header)!;
        Assert.Equal(0, Assert.Single(status.Actuators).CurrentRunningMode);
        var charge = new StorageInstruction(Header, Id("order"), S2Examples.Battery.MessageId, false, [new ActuatorInstruction(0, 1, Now, new RunningModeFactor(0.5))]);
        var s2 = Assert.Single(StorageMapping.ToS2(charge, names, NextId));
        Assert.Equal((Id("inverter"), Id("charge"), 0.5), (s2.ActuatorId, s2.OperationMode, s2.OperationModeFactor.Value));
        Assert.Null(battery.ProblemOf(s2, Now));

        var wash = S2Examples.All.OfType<PpbcPowerProfileDefinition>().Single();
        var start = new ShiftableInstruction(Header, Id("start"), wash.Id, false, [new SequentialProfileInstruction(0, 1, Now), new SequentialProfileInstruction(1, 0, Now.AddMinutes(35))]);
        Assert.Null(start.ProblemUnder(ShiftableMapping.ToEfi(wash, Header)));
        var schedules = ShiftableMapping.ToS2(start, wash, NextId);
        Assert.Equal([(Id("wash"), Id("short")), (Id("spin"), Id("fast"))], schedules.Select(schedule => (schedule.SequenceContainerId, schedule.PowerSequenceId)));
        Assert.All(schedules, schedule => Assert.Null(With(ControlType.PowerProfileBasedControl, wash).ProblemOf(schedule, Now)));
    }

    [Fact]
    public void Instructions_of_another_manager_reach_our_devices_in_their_numbers()
    {
        var heat = StorageMapping.ToEfi(new FrbcInstruction(Id("m-1"), Id("order"), Now, true, Identifier.Named("actuator-3"), Identifier.Named("mode-9"), 0.25), Tank, Header);
        Assert.Equal(new StorageInstruction(Header, Id("order"), Id("tank"), true, [new ActuatorInstruction(3, 9, Now, new RunningModeFactor(0.25))]), heat);
        var off = AdjustableMapping.ToEfi(new OmbcInstruction(Id("m-1"), Id("order"), Now, false, Identifier.Named("mode-0"), 0), Generator, Header);
        Assert.Equal(new AdjustableInstruction(Header, Id("order"), Id("generator"), false, 0, Now), off);
        Assert.Throws<ArgumentException>(() => AdjustableMapping.ToEfi(new OmbcInstruction(Id("m-1"), Id("order"), Now, false, Identifier.Named("mode-5"), 0), Generator, Header));
        Assert.Throws<ArgumentException>(() => StorageMapping.ToEfi(new FrbcInstruction(Id("m-1"), Id("order"), Now, true, Identifier.Named("actuator-4"), Identifier.Named("mode-9"), 0), Tank, Header));
    }

    [Fact]
    public void Phases_are_added_and_what_EFI_does_not_know_is_left_out()
    {
        var measured = InflexibleMapping.ToEfi(
            new PowerMeasurement(Id("m-1"), Now, [
                new PowerValue(CommodityQuantity.ElectricPowerL1, 1000),
                new PowerValue(CommodityQuantity.ElectricPowerL2, 500),
                new PowerValue(CommodityQuantity.OilFlowRate, 3)]),
            Header);
        Assert.Equal(new CommodityRates(ElectricalPower: 1500), measured.Rates);
        Assert.Throws<ArgumentException>(() => InflexibleMapping.ToEfi(new PowerMeasurement(Id("m-1"), Now, [new PowerValue(CommodityQuantity.OilFlowRate, 3)]), Header));
    }

    [Fact]
    public void Bands_told_from_the_production_side_are_put_in_order()
    {
        // The standard's PV example: the "upper" ends are the larger production.
        var forecast = new PowerForecast(Id("m-1"), Now, [new PowerForecastElement(new S2Duration(3_600_000), [
            new PowerForecastValue(CommodityQuantity.ElectricPowerL1, -3450.1, -3500, -3460, -3455, -3445, -3440, -3400)])]);
        Assert.Equal(Expectation.Within(-3460, -3455, -3450.1, -3445, -3440), InflexibleMapping.ToEfi(forecast, Header).Profiles.Electricity!.Elements[0].Value);
    }

    [Fact]
    public void What_is_for_abnormal_conditions_only_has_no_place_in_EFI()
    {
        var description = S2Examples.All.OfType<OmbcSystemDescription>().Single();
        var guarded = new OmbcSystemDescription(
            description.MessageId,
            description.ValidFrom,
            [.. description.OperationModes, new OmbcOperationMode(Id("boost"), [new PowerRange(9000, 9000, CommodityQuantity.ElectricPowerL1)], true)],
            [.. description.Transitions, new Transition(Id("to-boost"), Id("on"), Id("boost"), [], [], true)],
            description.Timers);
        Assert.Equal(AdjustableMapping.ToEfi(description, Header), AdjustableMapping.ToEfi(guarded, Header));
    }

    [Fact]
    public void Actuators_that_share_a_demand_are_adjustable_each_and_meet_it_together()
    {
        var heating = S2Examples.All.OfType<DdbcSystemDescription>().Single();
        var pump = Assert.Single(DemandMapping.ToEfi(heating, Header));
        Assert.Equal(1250, pump[1].RatesAt(new RunningModeFactor(0.5)).ElectricalPower!.Value.Value);

        // 1,500 to 6,000 W of heat from the pump; 0 to 4,000 are demanded.
        Assert.True(DemandMapping.Meets(heating, [(Id("on"), new RunningModeFactor(0.5))])); // 3,750
        Assert.False(DemandMapping.Meets(heating, [(Id("on"), new RunningModeFactor(0.6))])); // 4,200
        var instruction = DemandMapping.ToS2(new AdjustableInstruction(Header, Id("order"), Id("heat-1"), false, 1, Now, new RunningModeFactor(0.5)), DemandMapping.NamesOf(heating)[0], Id("m-1"));
        var resource = With(ControlType.DemandDrivenBasedControl, heating, new DdbcActuatorStatus(Id("m-2"), Id("heat-pump"), Id("off"), 0));
        Assert.Null(resource.ProblemOf(instruction, Now));
    }

    [Fact]
    public void A_target_and_a_usage_come_back_from_S2_as_they_were()
    {
        var target = new StorageFillLevelTargetProfile(Header, Id("m-1"), Now, [new TargetElement(TimeSpan.FromHours(1), 60, 60), new TargetElement(TimeSpan.FromHours(2), 40, 80)]);
        Assert.Equal(target, StorageMapping.ToEfi(StorageMapping.ToS2(target, Id("m-1")), Header));
        var usage = new StorageUsageForecast(Header, Id("m-1"), Now, new Profile([new ProfileElement(TimeSpan.FromHours(1), Expectation.Within(0, 0.1, 0.2, 0.3, 0.5))]));
        Assert.Equal(usage, StorageMapping.ToEfi(StorageMapping.ToS2(usage, Id("m-1")), Header));
    }

    private static Identifier Id(string text) => new(text);

    private static Identifier NextId() => new($"id-{Interlocked.Increment(ref ids)}");

    private static StorageModeElement Piece(double lower, double upper, StorageModeData atZero, StorageModeData? atOne = null) => new(new FillLevelRange(lower, upper), atZero, atOne);

    private static StorageModeData Data(double rate, double watts) => new(rate, new CommodityRates(ElectricalPower: watts));

    private static void AssertGood(S2Message message)
    {
        Assert.Null(S2Content.ProblemOf(message));
        Assert.Equal(message, S2Codec.Read(S2Codec.Write(message)).Message);
    }

    private static S2Resource With(ControlType type, params S2Message[] messages) =>
        new S2Message[] { S2Examples.Details(type), new SelectControlType(Id("select"), type) }.Concat(messages).Aggregate(S2Resource.Unknown, (resource, message) =>
        {
            var after = resource.After(message, Now, out var problem);
            Assert.Null(problem);
            return after;
        });
}
