using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;

namespace VirtualEnergy.P2P.Tests.Flexibility.Efi;

/// <summary>Reads EFI's XML into the message types. A moment without an offset is UTC.</summary>
internal static class EfiXml
{
    private static readonly XNamespace Efi = "http://www.flexiblepower.org/efi-2";

    public static EfiMessage Read(XElement root)
    {
        var header = new EfiHeader(Id(root.In("header"), "efiResourceId"), Moment(root.In("header").In("timestamp").Value));
        return root.Name.LocalName switch
        {
            "InflexibleRegistration" => new InflexibleRegistration(header, Delay(root), Device(root), Money(root), Commodities(root.In("supportedCommodities"), "commodityType")),
            "ShiftableRegistration" => new ShiftableRegistration(header, Delay(root), Device(root), Money(root), Commodities(root.In("supportedCommodities"), "commodityType")),
            "AdjustableRegistration" => new AdjustableRegistration(header, Delay(root), Device(root), Money(root), Commodities(root.In("supportedCommodities"), "commodityType")),
            "StorageRegistration" => new StorageRegistration(
                header, Delay(root), Device(root), Money(root), root.In("fillLevelLabel").Value, root.In("fillLevelUnit").Value,
                ValueList.From(root.In("actuators").All("actuator").Select(actuator =>
                    new StorageActuator(actuator.Int("id"), Commodities(actuator, "supportedCommodity"), actuator.Attribute(Efi + "label")?.Value)))),
            "Measurement" => new Measurement(header, Moment(root.In("measurementTimestamp").Value), new CommodityRates(
                root.Element(Efi + "electricityMeasurement")?.Number("power"),
                root.Element(Efi + "gasMeasurement")?.Number("flowRate"),
                root.Element(Efi + "heatMeasurement")?.Number("temperature"),
                root.Element(Efi + "heatMeasurement")?.Number("flowRate"),
                root.Element(Efi + "heatMeasurement")?.Number("thermalPower"))),
            "InflexibleForecast" => new InflexibleForecast(header, Update(root), From(root), Profiles(root.In("forecastProfiles"))),
            "InflexibleCurtailmentOptions" => new InflexibleCurtailmentOptions(header, Update(root), From(root), ValueList.From(
                root.In("curtailmentOptions").All("curtailmentOption").Select(option => new CurtailmentOption(
                    Quantity(option),
                    option.Attribute(Efi + "minimalCurtailmentDuration") is { } least ? XmlConvert.ToTimeSpan(least.Value) : TimeSpan.Zero,
                    ValueList.From(option.All("curtailmentRange").Select(range => new CurtailmentRange(range.Number("lowerBound")!.Value, range.Number("upperBound")!.Value))))))),
            "InflexibleInstruction" => new InflexibleInstruction(header, Instruction(root), Update(root), IsEmergency(root), new CurtailmentProfile(
                Quantity(root.In("curtailmentProfile")),
                Moment(root.In("curtailmentProfile").Attribute(Efi + "startTime")!.Value),
                ValueList.From(root.In("curtailmentProfile").All("curtailmentProfileElement").Select(element =>
                    new CurtailmentProfileElement(element.Duration(), element.Number("value")!.Value))))),
            "ShiftableUpdate" => new ShiftableUpdate(header, Update(root), From(root), Moment(root.In("endBefore").Value), ValueList.From(
                root.In("sequentialProfiles").All("sequentialProfile").Select(step => new SequentialProfile(
                    step.Int("sequenceNr"),
                    XmlConvert.ToTimeSpan(step.In("maxIntervalBefore").Value),
                    ValueList.From(step.In("sequentialProfileAlternatives").All("sequentialProfileAlternative")
                        .Select(way => new SequentialProfileAlternative(way.Int("alternativeNr"), Profiles(way)))))))),
            "ShiftableInstruction" => new ShiftableInstruction(header, Instruction(root), Update(root), IsEmergency(root), ValueList.From(
                root.In("sequentialProfileInstructions").All("sequentialProfileInstruction").Select(start =>
                    new SequentialProfileInstruction((int)start.In("sequenceNr"), (int)start.In("alternativeNr"), Moment(start.In("startTime").Value))))),
            "StorageInstruction" => new StorageInstruction(header, Instruction(root), Update(root), IsEmergency(root), ValueList.From(
                root.In("actuatorInstructions").All("actuatorInstruction").Select(actuator => new ActuatorInstruction(
                    actuator.Int("actuatorId"), (int)actuator.In("runningModeId"), Moment(actuator.In("startTime").Value), Factor(actuator))))),
            "AdjustableSystemDescription" => new AdjustableSystemDescription(header, Update(root), From(root), AdjustableModes(root.In("runningModes")), Timers(root), Transitions(root)),
            "AdjustableStatus" => new AdjustableStatus(
                header, Update(root), From(root), (int)root.In("currentRunningModeId"), ValueList.From(root.In("timerUpdates").All("timerUpdate")
                    .Select(timer => new TimerUpdate(timer.Int("timerId"), Moment(timer.In("finishedAt").Value)))), Factor(root)),
            "AdjustableInstruction" => new AdjustableInstruction(
                header, Instruction(root), Update(root), IsEmergency(root), (int)root.In("runningModeId"), Moment(root.In("startTime").Value), Factor(root)),
            "InstructionStatusUpdate" => new InstructionStatusUpdate(
                header, Instruction(root), Enum.Parse<InstructionStatus>(root.In("status").Value, ignoreCase: true), root.Element(Efi + "debugInformation")?.Value),
            "InstructionRevoke" => new InstructionRevoke(header, Instruction(root)),
            "FlexibilityRevoke" => new FlexibilityRevoke(header),
            var name => throw new InvalidDataException($"EFI has no message {name}."),
        };
    }

    private static ValueList<AdjustableRunningMode> AdjustableModes(XElement modes) => ValueList.From(modes.Elements().Select(mode =>
        mode.Element(Efi + "lowerBound") is { } lower
            ? new AdjustableRunningMode(mode.Int("id"), mode.Label(), Data(lower), Data(mode.In("upperBound")))
            : new AdjustableRunningMode(mode.Int("id"), mode.Label(), Data(mode))));

    private static AdjustableModeData Data(XElement at) => new(
        new CommodityRates(Value(at, "electricalPower"), Value(at, "gasFlowRate"), Value(at, "heatTemperature"), Value(at, "heatFlowRate"), Value(at, "heatThermalPower")),
        Value(at, "runningCost"));

    private static ValueList<RunningModeTimer> Timers(XElement root) => ValueList.From(
        (root.Element(Efi + "timers")?.All("timer") ?? []).Select(timer => new RunningModeTimer(timer.Int("id"), timer.Label(), timer.Duration())));

    private static ValueList<RunningModeTransition> Transitions(XElement root) => ValueList.From(
        root.In("transitions").All("transition").Select(way => new RunningModeTransition(
            way.Int("fromRunningModeId"), way.Int("toRunningModeId"), References(way, "startTimers"), References(way, "blockingTimers"), way.Number("transitionCost"),
            way.Attribute(Efi + "transitionDuration") is { } duration ? XmlConvert.ToTimeSpan(duration.Value) : null)));

    private static ValueList<int> References(XElement way, string list) =>
        ValueList.From((way.Element(Efi + list)?.All("timerReference") ?? []).Select(timer => timer.Int("timerId")));

    private static CommodityProfiles Profiles(XElement container) => new(
        OneOf(container, ("electricityProfile", "power"), ("electricityProbabilityProfile", null)),
        OneOf(container, ("gasProfile", "flowRate"), ("gasProbabilityProfile", null)),
        container.Element(Efi + "heatProbabilityProfile") is { } heat
            ? new HeatProfile(ValueList.From(heat.All("element").Select(element => new HeatProfileElement(
                element.Duration(), Band(element.Element(Efi + "temperature")), Band(element.Element(Efi + "flowRate")), Band(element.Element(Efi + "thermalPower"))))))
            : null);

    private static Profile? OneOf(XElement container, params (string Name, string? Attribute)[] kinds) => kinds
        .Where(kind => container.Element(Efi + kind.Name) is not null)
        .Select(kind => new Profile(ValueList.From(container.In(kind.Name).Elements().Select(element => new ProfileElement(
            element.Duration(), kind.Attribute is null ? Band(element)!.Value : Expectation.Certain(element.Number(kind.Attribute)!.Value))))))
        .FirstOrDefault();

    private static Expectation? Band(XElement? at) => at is null ? null : Expectation.Within(
        at.Number("the95PPRLower")!.Value, at.Number("the68PPRLower")!.Value, at.Number("expected")!.Value, at.Number("the68PPRUpper")!.Value, at.Number("the95PPRUpper")!.Value);

    private static Identifier Id(XElement parent, string name) => new(parent.In(name).Value);

    private static Identifier Update(XElement root) => Id(root, "flexibilityUpdateId");

    private static Identifier Instruction(XElement root) => Id(root, "instructionId");

    private static DateTimeOffset From(XElement root) => Moment(root.In("validFrom").Value);

    private static bool IsEmergency(XElement root) => XmlConvert.ToBoolean(root.In("isEmergencyInstruction").Value);

    private static TimeSpan Delay(XElement root) => XmlConvert.ToTimeSpan(root.In("instructionProcessingDelay").Value);

    private static Currency? Money(XElement root) => root.Element(Efi + "currency") is { } code ? Enum.Parse<Currency>(code.Value) : null;

    private static DeviceDescription Device(XElement root) => new(
        Class(root.In("deviceDescription").In("deviceClass").Value),
        root.In("deviceDescription").Element(Efi + "serialNumber")?.Value,
        root.In("deviceDescription").Element(Efi + "label")?.Value);

    private static DeviceClass Class(string name) => Enum.Parse<DeviceClass>(
        name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace("Geater", "Heater", StringComparison.Ordinal), ignoreCase: true);

    private static ValueList<EfiCommodity> Commodities(XElement parent, string name) =>
        ValueList.From(parent.All(name).Select(commodity => Enum.Parse<EfiCommodity>(commodity.Value, ignoreCase: true)));

    private static CurtailmentQuantity Quantity(XElement at) =>
        Enum.Parse<CurtailmentQuantity>(at.Attribute(Efi + "curtailmentQuantity")!.Value.Replace(".", "", StringComparison.Ordinal), ignoreCase: true);

    private static RunningModeFactor? Factor(XElement at) => at.Element(Efi + "runningModeFactor") is { } factor ? new RunningModeFactor((double)factor) : null;

    private static FiniteNumber? Value(XElement at, string name) => at.Element(Efi + name) is { } value ? new FiniteNumber((double)value) : null;

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static XElement In(this XElement parent, string name) => parent.Element(Efi + name) ?? throw new InvalidDataException($"{parent.Name.LocalName} has no {name}.");

    private static IEnumerable<XElement> All(this XElement parent, string name) => parent.Elements(Efi + name);

    private static int Int(this XElement at, string name) => (int)at.Attribute(Efi + name)!;

    private static string Label(this XElement at) => at.Attribute(Efi + "label")!.Value;

    private static TimeSpan Duration(this XElement at) => XmlConvert.ToTimeSpan(at.Attribute(Efi + "duration")!.Value);

    private static FiniteNumber? Number(this XElement at, string name) => at.Attribute(Efi + name) is { } value ? new FiniteNumber((double)value) : null;
}
