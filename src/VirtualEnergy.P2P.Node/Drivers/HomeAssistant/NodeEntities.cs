using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

/// <summary>
/// The node as Home Assistant sees it: one device with its entities, each announced by a retained configuration. The fields are those of
/// Home Assistant's pages on MQTT discovery, sensor, switch and number; docs/devices.md names them.
/// </summary>
public static class NodeEntities
{
    public const string CurrentPrice = "current_price";
    public const string NextPrice = "next_price";
    public const string SupplierPrice = "supplier_price";
    public const string FeedInPrice = "feed_in_price";
    public const string Bought = "bought";
    public const string Sold = "sold";
    public const string LastTrade = "last_trade";
    public const string Savings = "savings";
    public const string SpentToday = "spent_today";
    public const string BatteryFill = "battery";
    public const string Plan = "plan";
    public const string HeldBack = "held_back";
    public const string Pause = "pause";
    public const string MostPrice = "most_price";
    public const string MostADay = "most_a_day";

    private static readonly (string Field, JsonNode Value)[] Price = [("unit_of_measurement", "EUR/kWh"), ("state_class", "measurement"), ("suggested_display_precision", 4), ("icon", "mdi:cash")];
    private static readonly (string Field, JsonNode Value)[] Counter = [("unit_of_measurement", "kWh"), ("device_class", "energy"), ("state_class", "total_increasing")];
    private static readonly (string Field, JsonNode Value)[] Euro = [("unit_of_measurement", "EUR"), ("device_class", "monetary"), ("suggested_display_precision", 2)];

    private static readonly (string Component, string Entity, string Name, (string Field, JsonNode Value)[] Fields, bool HasAttributes)[] All =
    [
        ("sensor", CurrentPrice, "Market price", Price, true),
        ("sensor", NextPrice, "Next market price", Price, true),
        ("sensor", SupplierPrice, "Supplier price", Price, true),
        ("sensor", FeedInPrice, "Feed-in price", Price, false),
        ("sensor", Bought, "Bought from neighbours", Counter, false),
        ("sensor", Sold, "Sold to neighbours", Counter, false),
        ("sensor", LastTrade, "Last trade", [("unit_of_measurement", "Wh"), ("device_class", "energy")], true),
        ("sensor", Savings, "Savings", [.. Euro, ("state_class", "total")], false),
        ("sensor", SpentToday, "Spent today", Euro, false),
        ("sensor", BatteryFill, "Battery", [("unit_of_measurement", "%"), ("device_class", "battery"), ("state_class", "measurement")], true),
        ("sensor", Plan, "Plan", [("icon", "mdi:calendar-clock")], true),
        ("sensor", HeldBack, "Held back", [("icon", "mdi:hand-back-left")], false),
        ("switch", Pause, "Pause bidding", [("icon", "mdi:pause-circle")], false),
        ("number", MostPrice, "Most I pay", Number(MemberCommands.MostCentsPerKWh, "ct/kWh"), false),
        ("number", MostADay, "Most I spend a day", Number(MemberCommands.MostEurosADay, "EUR"), false),
    ];

    /// <summary>The configurations, each to be retained. A home without a battery takes that entity away with an empty one.</summary>
    public static IEnumerable<MqttMessage> Configurations(NodeTopics topics, string homeName, bool hasBattery) =>
        All.Select(entity => new MqttMessage(
            topics.Config(entity.Component, entity.Entity),
            entity.Entity == BatteryFill && !hasBattery ? ReadOnlyMemory<byte>.Empty : Json(topics, homeName, entity),
            Retain: true));

    private static byte[] Json(
        NodeTopics topics, string homeName, (string Component, string Entity, string Name, (string Field, JsonNode Value)[] Fields, bool HasAttributes) entity) =>
        System.Text.Encoding.UTF8.GetBytes(
            Common(topics, homeName, entity.Entity, entity.Name, entity.HasAttributes, entity.Component != "sensor", entity.Fields).ToJsonString());

    /// <summary>What the configurations of all entities have in common, and what one has of its own.</summary>
    /// <param name="isSet">Whether it takes commands.</param>
    internal static JsonObject Common(
        NodeTopics topics, string homeName, string entity, string name, bool hasAttributes, bool isSet, params (string Field, JsonNode Value)[] fields)
    {
        var config = new JsonObject
        {
            ["name"] = name,
            ["unique_id"] = $"{topics.NodeId}_{entity}",
            ["object_id"] = $"virtualenergy_{entity}",
            ["state_topic"] = topics.State(entity),
            ["availability_topic"] = topics.Availability,
            ["device"] = new JsonObject
            {
                ["identifiers"] = new JsonArray(topics.NodeId),
                ["name"] = homeName,
                ["manufacturer"] = "VirtualEnergy P2P",
                ["model"] = "Prosumer node",
                ["sw_version"] = Version,
            },
            ["origin"] = new JsonObject { ["name"] = "VirtualEnergy P2P", ["sw_version"] = Version },
        };
        if (hasAttributes)
        {
            config["json_attributes_topic"] = topics.Attributes(entity);
        }

        if (isSet)
        {
            config["command_topic"] = topics.Command(entity);
        }

        foreach (var (field, value) in fields)
        {
            config[field] = value.DeepClone();
        }

        return config;
    }

    private static (string Field, JsonNode Value)[] Number(long most, string unit) =>
        [("unit_of_measurement", unit), ("min", 0), ("max", most), ("step", 0.01m), ("mode", "box"), ("icon", "mdi:hand-coin")];

    private static string Version => typeof(NodeEntities).Assembly.GetName().Version?.ToString(3) ?? "";
}
