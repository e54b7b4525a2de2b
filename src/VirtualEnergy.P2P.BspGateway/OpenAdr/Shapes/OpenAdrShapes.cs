using static VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes.JsonShape;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

/// <summary>
/// What clients may write, after the OpenAPI document of OpenADR 3.1.1. Lengths of lists are bounds of this VTN: a day of
/// five-minute intervals is 288.
/// </summary>
internal static class OpenAdrShapes
{
    private const int MostIntervals = 1_000;
    private const int MostItems = 100;

    public static readonly JsonShape Id = Text(1, 128, OpenAdrFormats.IsId, "letters, digits, _ and -");
    private static readonly JsonShape Name = Text(1, 128);
    private static readonly JsonShape Note = OrNull(Text(0, 1_024));
    private static readonly JsonShape Units = OrNull(Text(1, 128));
    private static readonly JsonShape Targets = OrNull(List(Text(1, 128), MostItems));
    private static readonly JsonShape Duration = Text(1, 64, OpenAdrFormats.IsDuration, "an ISO 8601 duration such as PT15M");
    private static readonly JsonShape Instant = Text(1, 64, OpenAdrFormats.IsInstant, "an RFC 3339 time such as 2026-06-15T09:30:00Z");
    private static readonly JsonShape Link = Text(2, 8_000, OpenAdrFormats.IsAddress, "an absolute address");

    private static readonly JsonShape IntervalPeriod = Record(("start", Instant), ("duration", Duration), ("randomizeStart", Duration));

    private static readonly JsonShape Value = Any("a number, a text, true, false or a point {x, y}",
        Number(), Text(0, 8_000), Flag(), Record(("x", Number()), ("y", Number())).Requiring("x", "y"));

    private static readonly JsonShape ValuesMap = Record(("type", Name), ("values", List(Value, MostIntervals))).Requiring("type", "values");
    private static readonly JsonShape Attributes = OrNull(List(ValuesMap, MostItems));

    private static readonly JsonShape Intervals = List(
        Record(("id", Whole()), ("intervalPeriod", IntervalPeriod), ("payloads", List(ValuesMap, MostItems))).Requiring("id", "payloads"), MostIntervals);

    private static readonly JsonShape EventDescriptor = Record(
        ("objectType", Word("EVENT_PAYLOAD_DESCRIPTOR")), ("payloadType", Name), ("units", Units), ("currency", Note)).Requiring("objectType", "payloadType");

    private static readonly JsonShape ReportPayloadDescriptor = Record(
        ("objectType", Word("REPORT_PAYLOAD_DESCRIPTOR")), ("payloadType", Name), ("readingType", Units), ("units", Units),
        ("accuracy", OrNull(Number())), ("confidence", OrNull(Whole(0, 100)))).Requiring("objectType", "payloadType");

    private static readonly JsonShape ReportDescriptor = Record(
        ("payloadType", Name), ("readingType", Units), ("units", Units), ("targets", Targets), ("aggregate", Flag()), ("startInterval", Whole()),
        ("numIntervals", Whole()), ("historical", Flag()), ("frequency", Whole()), ("repeat", Whole()),
        ("reportIntervals", Word("INTERVALS", "SUB_INTERVALS", "OPEN_INTERVALS"))).Requiring("payloadType");

    private static readonly JsonShape Program = Record(
        ("programName", Name), ("intervalPeriod", IntervalPeriod),
        ("programDescriptions", OrNull(List(Record(("URL", Link)).Requiring("URL"), MostItems))),
        ("payloadDescriptors", OrNull(List(Any("an event's or a report's payload descriptor", EventDescriptor, ReportPayloadDescriptor), MostItems))),
        ("attributes", Attributes), ("targets", Targets)).Requiring("programName");

    private static readonly JsonShape Event = Record(
        ("programID", Id), ("eventName", Note), ("duration", Duration), ("priority", OrNull(Whole(0))), ("targets", Targets),
        ("reportDescriptors", OrNull(List(ReportDescriptor, MostItems))), ("payloadDescriptors", OrNull(List(EventDescriptor, MostItems))),
        ("intervalPeriod", IntervalPeriod), ("intervals", Intervals)).Requiring("programID");

    private static readonly JsonShape Report = Record(
        ("eventID", Id), ("clientName", Name), ("reportName", Note), ("payloadDescriptors", OrNull(List(ReportPayloadDescriptor, MostItems))),
        ("resources", List(Record(("resourceName", Name), ("intervalPeriod", IntervalPeriod), ("intervals", Intervals)).Requiring("resourceName", "intervals"), MostItems)))
        .Requiring("eventID", "clientName", "resources");

    private static readonly JsonShape Subscription = Record(
        ("clientName", Name), ("programID", Id), ("targets", Targets),
        ("objectOperations", List(
            Record(
                ("objects", List(Word([.. Enum.GetValues<ObjectKind>().Select(kind => kind.Name())]), MostItems)),
                ("operations", List(Word("READ", "CREATE", "UPDATE", "DELETE"), MostItems)),
                ("callbackUrl", Link), ("bearerToken", OrNull(Text(0, 4_096)))).Requiring("objects", "operations", "callbackUrl"),
            MostItems))).Requiring("clientName", "objectOperations");

    private static readonly JsonShape VenOfBusiness = Record(
        ("objectType", Word("BL_VEN_REQUEST")), ("clientID", Name), ("venName", Name), ("targets", Targets), ("attributes", Attributes))
        .Requiring("objectType", "clientID", "venName");

    private static readonly JsonShape VenOfVen = Record(
        ("objectType", Word("VEN_VEN_REQUEST")), ("venName", Name), ("attributes", Attributes)).Requiring("objectType", "venName");

    private static readonly JsonShape ResourceOfBusiness = Record(
        ("objectType", Word("BL_RESOURCE_REQUEST")), ("clientID", Name), ("resourceName", Name), ("venID", Id), ("targets", Targets), ("attributes", Attributes))
        .Requiring("objectType", "clientID", "resourceName", "venID");

    private static readonly JsonShape ResourceOfVen = Record(
        ("objectType", Word("VEN_RESOURCE_REQUEST")), ("resourceName", Name), ("venID", Id), ("attributes", Attributes))
        .Requiring("objectType", "resourceName", "venID");

    /// <summary>What a client of this role may write of this kind.</summary>
    public static JsonShape Of(ObjectKind kind, bool business) => kind switch
    {
        ObjectKind.Program => Program,
        ObjectKind.Event => Event,
        ObjectKind.Report => Report,
        ObjectKind.Subscription => Subscription,
        ObjectKind.Ven => business ? VenOfBusiness : VenOfVen,
        _ => business ? ResourceOfBusiness : ResourceOfVen,
    };
}
