using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Tests.Proof.S2;

/// <summary>One good message of each of the 35 types, about a few devices of one home; every optional field is present in at least one.</summary>
internal static class S2Examples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public static Identifier Id(string text) => new(text);

    /// <summary>A battery: idle, or charging and discharging with 0 to 5 kW at 90 % each way; fill level in kWh.</summary>
    public static FrbcSystemDescription Battery { get; } = new(
        Id("battery-1"),
        Now,
        [
            new FrbcActuatorDescription(
                Id("inverter"),
                [Commodity.Electricity],
                [
                    Mode("idle", 0, 0, 0, 0),
                    Mode("charge", 0, 0.00125, 0, 5000),
                    Mode("discharge", 0, -0.00154, 0, -5000),
                ],
                [
                    Way("idle", "charge", start: ["settle"], blocking: ["settle"]),
                    Way("charge", "idle"),
                    Way("idle", "discharge", start: ["settle"], blocking: ["settle"]),
                    Way("discharge", "idle"),
                ],
                [new S2Timer(Id("settle"), new S2Duration(60_000), "relay")],
                "inverter"),
        ],
        new FrbcStorageDescription(true, true, true, new NumberRange(0, 10), "battery", "kWh"));

    public static IReadOnlyList<S2Message> All { get; } = [.. Common(), .. Envelope(), .. Profile(), .. Modes(), .. Storage(), .. Demand()];

    public static ResourceManagerDetails Details(params ControlType[] types) => new(
        Id("details-1"),
        Id("device-1"),
        [new Role(RoleType.EnergyStorage, Commodity.Electricity)],
        new S2Duration(500),
        [.. types],
        true,
        [CommodityQuantity.ElectricPowerL1],
        "Battery",
        "A maker",
        "B2",
        "42",
        "1.0",
        Currency.EUR);

    private static IEnumerable<S2Message> Common() =>
    [
        new Handshake(Id("hello-1"), EnergyManagementRole.Rm, [S2Codec.ProtocolVersion]),
        new HandshakeResponse(Id("hello-2"), S2Codec.ProtocolVersion),
        new ReceptionStatus(Id("hello-1"), ReceptionStatusValue.Ok, "fine"),
        Details(ControlType.FillRateBasedControl, ControlType.NotControlable),
        new SelectControlType(Id("select-1"), ControlType.FillRateBasedControl),
        new SessionRequest(Id("session-1"), SessionRequestKind.Reconnect, "new firmware"),
        new RevokeObject(Id("revoke-1"), RevokableObject.FrbcInstruction, Id("order-1")),
        new InstructionStatusUpdate(Id("update-1"), Id("order-1"), InstructionStatus.Started, Now),
        new PowerMeasurement(Id("measure-1"), Now, [new PowerValue(CommodityQuantity.ElectricPowerL1, -312.5)]),
        new PowerForecast(Id("forecast-1"), Now, [new PowerForecastElement(new S2Duration(900_000), [Expected(500)])]),
    ];

    private static IEnumerable<S2Message> Envelope() =>
    [
        new PebcPowerConstraints(
            Id("limits-1"),
            Id("limits"),
            Now,
            PowerEnvelopeConsequence.Vanish,
            [
                new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.LowerLimit, new NumberRange(-4000, 0), false),
                new PebcAllowedLimitRange(CommodityQuantity.ElectricPowerL1, PowerEnvelopeLimit.UpperLimit, new NumberRange(0, 0), false),
            ],
            Now.AddDays(1)),
        new PebcEnergyConstraint(Id("energy-1"), Id("energy"), Now, Now.AddHours(6), 3000, 1000, CommodityQuantity.ElectricPowerL1),
        new PebcInstruction(
            Id("curtail-1"),
            Id("curtail"),
            Now,
            false,
            Id("limits"),
            [new PebcPowerEnvelope(Id("envelope"), CommodityQuantity.ElectricPowerL1, [new PebcPowerEnvelopeElement(new S2Duration(900_000), 0, -2000)])]),
    ];

    private static IEnumerable<S2Message> Profile() =>
    [
        new PpbcPowerProfileDefinition(
            Id("job-1"),
            Id("job"),
            Now,
            Now.AddHours(8),
            [
                new PpbcPowerSequenceContainer(Id("wash"), [Sequence("cotton", 5_400_000, 2000), Sequence("short", 1_800_000, 2200)]),
                new PpbcPowerSequenceContainer(Id("spin"), [Sequence("fast", 600_000, 500)]),
            ]),
        new PpbcPowerProfileStatus(
            Id("job-2"),
            [
                new PpbcPowerSequenceContainerStatus(Id("job"), Id("wash"), PowerSequenceState.Executing, Id("short"), new S2Duration(60_000)),
                new PpbcPowerSequenceContainerStatus(Id("job"), Id("spin"), PowerSequenceState.NotScheduled),
            ]),
        new PpbcScheduleInstruction(Id("job-3"), Id("job-start"), Now, false, Id("job"), Id("wash"), Id("short")),
        new PpbcStartInterruptionInstruction(Id("job-4"), Id("job-pause"), Now, false, Id("job"), Id("wash"), Id("short")),
        new PpbcEndInterruptionInstruction(Id("job-5"), Id("job-go-on"), Now, true, Id("job"), Id("wash"), Id("short")),
    ];

    private static IEnumerable<S2Message> Modes() =>
    [
        new OmbcSystemDescription(
            Id("generator-1"),
            Now,
            [
                new OmbcOperationMode(Id("off"), [Power(0, 0)], false),
                new OmbcOperationMode(Id("on"), [Power(-1000, -5000)], false, new NumberRange(0.0001, 0.0002), "running"),
            ],
            [Way("off", "on", start: ["min-on"], blocking: ["min-off"], costs: 0.05), Way("on", "off", start: ["min-off"], blocking: ["min-on"])],
            [new S2Timer(Id("min-on"), new S2Duration(600_000)), new S2Timer(Id("min-off"), new S2Duration(300_000))]),
        new OmbcStatus(Id("generator-2"), Id("on"), 0.5, Id("off"), Now),
        new OmbcTimerStatus(Id("generator-3"), Id("min-on"), Now.AddMinutes(10)),
        new OmbcInstruction(Id("generator-4"), Id("generator-off"), Now, false, Id("off"), 0),
    ];

    private static IEnumerable<S2Message> Storage() =>
    [
        Battery,
        new FrbcActuatorStatus(Id("battery-2"), Id("inverter"), Id("charge"), 0.25, Id("idle"), Now),
        new FrbcStorageStatus(Id("battery-3"), 4.2),
        new FrbcTimerStatus(Id("battery-4"), Id("settle"), Id("inverter"), Now.AddMinutes(1)),
        new FrbcLeakageBehaviour(
            Id("battery-5"),
            Now,
            [new FrbcLeakageBehaviourElement(new NumberRange(0, 5), 0.0000001), new FrbcLeakageBehaviourElement(new NumberRange(5, 10), 0.0000002)]),
        new FrbcUsageForecast(Id("battery-6"), Now, [new FrbcUsageForecastElement(new S2Duration(900_000), 0.001, 0.005, 0.003, 0.002, 0.0005, 0.0001, 0)]),
        new FrbcFillLevelTargetProfile(Id("battery-7"), Now, [new FrbcFillLevelTargetProfileElement(new S2Duration(3_600_000), new NumberRange(8, 10))]),
        new FrbcInstruction(Id("battery-8"), Id("order-1"), Now, false, Id("inverter"), Id("charge"), 1),
    ];

    private static IEnumerable<S2Message> Demand() =>
    [
        new DdbcSystemDescription(
            Id("heat-1"),
            Now,
            [
                new DdbcActuatorDescription(
                    Id("heat-pump"),
                    [Commodity.Electricity, Commodity.Heat],
                    [
                        new DdbcOperationMode(Id("off"), [Power(0, 0)], new NumberRange(0, 0), false),
                        new DdbcOperationMode(Id("on"), [Power(500, 2000)], new NumberRange(1500, 6000), false, new NumberRange(0, 0.00001), "heating"),
                    ],
                    [Way("off", "on"), Way("on", "off")],
                    [],
                    "heat pump"),
            ],
            new NumberRange(0, 4000),
            true),
        new DdbcActuatorStatus(Id("heat-2"), Id("heat-pump"), Id("on"), 0.5, Id("off"), Now),
        new DdbcTimerStatus(Id("heat-3"), Id("min-on"), Id("heat-pump"), Now),
        new DdbcAverageDemandRateForecast(
            Id("heat-4"), Now, [new DdbcAverageDemandRateForecastElement(new S2Duration(900_000), 3000, 6000, 5000, 4000, 2000, 1000, 0)]),
        new DdbcInstruction(Id("heat-5"), Id("heat-on"), Now, false, Id("heat-pump"), Id("on"), 0.5),
    ];

    private static FrbcOperationMode Mode(string id, double rateAt0, double rateAt1, double wattsAt0, double wattsAt1) => new(
        Id(id),
        [new FrbcOperationModeElement(new NumberRange(0, 10), new NumberRange(rateAt0, rateAt1), [Power(wattsAt0, wattsAt1)], new NumberRange(0, 0))],
        false,
        id);

    private static Transition Way(string from, string to, string[]? start = null, string[]? blocking = null, double? costs = null) => new(
        Id($"{from}-{to}"),
        Id(from),
        Id(to),
        [.. (start ?? []).Select(Id)],
        [.. (blocking ?? []).Select(Id)],
        false,
        costs,
        new S2Duration(1000));

    private static PpbcPowerSequence Sequence(string id, long milliseconds, double watts) =>
        new(Id(id), [new PpbcPowerSequenceElement(new S2Duration(milliseconds), [Expected(watts)])], true, false, new S2Duration(600_000));

    private static PowerRange Power(double at0, double at1) => new(at0, at1, CommodityQuantity.ElectricPowerL1);

    private static PowerForecastValue Expected(double watts) =>
        new(CommodityQuantity.ElectricPowerL1, watts, watts + 300, watts + 200, watts + 100, watts - 100, watts - 200, watts - 300);
}
