using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What the values of a profile are.</summary>
public enum MeteringProfileType
{
    /// <summary>Mean active power of a period, kW; + consumption.</summary>
    Power,

    /// <summary>kWh consumed in a period.</summary>
    ImportEnergy,

    /// <summary>kWh produced in a period.</summary>
    ExportEnergy,

    /// <summary>The meter's reading of what was consumed, kWh, at a period's end.</summary>
    ImportMeterReading,

    /// <summary>The same of what was produced.</summary>
    ExportMeterReading,
}

/// <summary>The unit of a profile's values.</summary>
public enum MeteringUnit
{
    kW,
    kWh,
}

/// <summary>What a meter read in the periods of a day.</summary>
public sealed record Metering : UftpMessage
{
    /// <summary>Rises with each correction of the same day.</summary>
    [XmlPart("Revision")] public required long Revision { get; init; }

    [XmlPart("ISP-Duration")] public required TimeSpan IspDuration { get; init; }

    [XmlPart("TimeZone", Rule = "TimeZone")] public required string TimeZone { get; init; }

    [XmlPart("Currency", Rule = "Currency")] public string? Currency { get; init; }

    [XmlPart("Period")] public required DateOnly Period { get; init; }

    [XmlPart("EAN", Rule = "Meter")] public required string Meter { get; init; }

    [XmlPart("Profile", LeastItems = 1, MostItems = 10)] public required ValueList<MeteringProfile> Profiles { get; init; }
}

/// <summary>Values of one kind; periods that were not measured are left out.</summary>
public sealed record MeteringProfile
{
    [XmlPart("ProfileType")] public required MeteringProfileType Type { get; init; }

    [XmlPart("Unit")] public required MeteringUnit Unit { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<MeteredIsp> Isps { get; init; }
}

/// <summary>The value of one period; the first of a day has number 1.</summary>
public sealed record MeteredIsp([property: XmlPart("Start", Least = 1, Most = 1_500)] int Start, [property: XmlPart("Value", Digits = 18)] decimal Value);

/// <summary>The answer to a metering message.</summary>
public sealed record MeteringResponse : UftpResponse
{
    [XmlPart("MeteringMessageID")] public required Guid MeteringMessageId { get; init; }

    public override Guid Answers => MeteringMessageId;
}
