using System.Text.Json;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.Tests.Flexibility.S2;

/// <summary>
/// A sample of the standard's own documentation or of its Python library's tests. Some are only a part of a message; those are put into the
/// smallest message that has such a part.
/// </summary>
/// <param name="Json">The whole message.</param>
/// <param name="IsValid">What the sample's file says of the schema; for parts that have no verdict, what the schema of the part says.</param>
internal sealed record S2SampleFile(string Name, string Json, bool IsValid)
{
    private const string Range = """{"start_of_range":0,"end_of_range":1}""";

    private const string Storage = $$"""{"provides_leakage_behaviour":false,"provides_fill_level_target_profile":false,"provides_usage_forecast":false,"fill_level_range":{{Range}}}""";

    // Without a from and a to, and with a negative duration.
    private static readonly string[] BadParts = ["transition_12", "transition_13"];

    public static IReadOnlyList<S2SampleFile> All(string folder) =>
        [.. Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Load)];

    private static S2SampleFile Load(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var file = JsonNode.Parse(File.ReadAllText(path))!;
        var message = file["message"]!.ToJsonString();
        return file["validAgainstSchema"] is { } verdict
            ? new S2SampleFile(name, message, verdict.GetValueKind() == JsonValueKind.True)
            : new S2SampleFile(name, Whole(name, file["message"]!, message), !BadParts.Contains(name));
    }

    private static string Whole(string name, JsonNode part, string json)
    {
        bool Has(params string[] fields) => fields.All(field => part[field] is not null);
        return name switch
        {
            _ when Has("supported_commodities") => System(json, Storage),
            _ when Has("provides_leakage_behaviour") => System(Actuator(Mode(Element)), json),
            _ when Has("elements", "abnormal_condition_only") => System(Actuator(json), Storage),
            _ when Has("fill_rate") => System(Actuator(Mode(json)), Storage),
            _ when name.StartsWith("transition", StringComparison.Ordinal) => System(Actuator(Mode(Element), json), Storage),
            _ when Has("usage_rate_expected") => Timed("FRBC.UsageForecast", json, "start_time"),
            _ when Has("leakage_rate") => Timed("FRBC.LeakageBehaviour", json, "valid_from"),
            _ when Has("fill_level_range") => Timed("FRBC.FillLevelTargetProfile", json, "start_time"),
            _ when Has("value_expected") => Timed("PowerForecast", $$"""{"duration":1,"power_values":[{{json}}]}""", "start_time"),
            _ when Has("limit_type") => $$"""{"message_type":"PEBC.PowerConstraints","message_id":"m-1","id":"c-1","valid_from":"2026-11-29T12:00:00Z","consequence_type":"VANISH","allowed_limit_ranges":[{{json}},{{json}}]}""",
            _ => throw new InvalidDataException($"{name}: which part of a message is it?"),
        };
    }

    private const string Element = $$"""{"fill_level_range":{{Range}},"fill_rate":{{Range}},"power_ranges":[{"start_of_range":0,"end_of_range":1,"commodity_quantity":"ELECTRIC.POWER.L1"}]}""";

    private static string Mode(string element) => $$"""{"id":"om","elements":[{{element}}],"abnormal_condition_only":false}""";

    private static string Actuator(string mode, string transitions = "") =>
        $$"""{"id":"a-1","supported_commodities":["ELECTRICITY"],"operation_modes":[{{mode}}],"transitions":[{{transitions}}],"timers":[]}""";

    private static string System(string actuator, string storage) =>
        $$"""{"message_type":"FRBC.SystemDescription","message_id":"m-1","valid_from":"2026-11-29T12:00:00Z","actuators":[{{actuator}}],"storage":{{storage}}}""";

    private static string Timed(string type, string element, string time) =>
        $$"""{"message_type":"{{type}}","message_id":"m-1","{{time}}":"2026-11-29T12:00:00Z","elements":[{{element}}]}""";
}
