using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Discovered;

/// <summary>What an announced entity is to a home's energy.</summary>
public enum EntityRole
{
    Power,
    Energy,
    Fill,
    Switch,
}

/// <summary>An entity that something else in the house has announced to Home Assistant, as far as it concerns energy.</summary>
/// <param name="Device">Identifies the device that it belongs to.</param>
/// <param name="DeviceName">What people call that.</param>
/// <param name="Model">Maker and model.</param>
/// <param name="StateTopic">Where its state is published.</param>
/// <param name="Value">How it is read.</param>
/// <param name="PerUnit">W or Wh of its unit.</param>
/// <param name="CommandTopic">Where a switch is told.</param>
public sealed record AnnouncedEntity(
    string Device, string DeviceName, string Model, EntityRole Role, string StateTopic, ValueTemplate Value, decimal PerUnit, string? CommandTopic)
{
    /// <summary>What switches it on.</summary>
    public string On { get; init; } = "ON";

    /// <summary>What switches it off.</summary>
    public string Off { get; init; } = "OFF";

    /// <summary>What it says when it is on.</summary>
    public string StateOn { get; init; } = "ON";

    /// <summary>What it says when it is off.</summary>
    public string StateOff { get; init; } = "OFF";

    /// <summary>Where it says whether it is there; empty where it does not.</summary>
    public ImmutableArray<AnnouncedAvailability> Availability { get; init; } = [];

    /// <summary>What those mean together.</summary>
    public AvailabilityMode AvailabilityMode { get; init; }

    private const int MostText = 256;
    private const int MostTopics = 8;

    /// <summary>Reads a configuration of Home Assistant's discovery, with its abbreviations and its base topic.</summary>
    /// <param name="component">Which kind of entity the topic says it is.</param>
    /// <param name="config">The payload.</param>
    /// <param name="entity">What it is.</param>
    /// <param name="problem">Why it is left out although it is about energy; null where it is nobody's business here.</param>
    public static bool TryRead(string component, JsonElement config, [NotNullWhen(true)] out AnnouncedEntity? entity, out string? problem)
    {
        (entity, problem) = (null, null);
        var reader = new Fields(config);
        var kind = reader.Text("device_class", "dev_cla");
        var unit = reader.Text("unit_of_measurement", "unit_of_meas");
        if (RoleOf(component, kind, unit) is not { } role)
        {
            return false;
        }

        var device = reader.Object("device", "dev");
        var identifiers = device.Element("identifiers", "ids");
        var id = PayloadValue.Text(identifiers) ?? PayloadValue.Text(PayloadValue.Elements(identifiers).Cast<JsonElement?>().FirstOrDefault());
        if (id is not { Length: > 0 and <= 128 } || reader.Topic("state_topic", "stat_t") is not { } state)
        {
            problem = "an entity without a device or a topic of its state.";
            return false;
        }

        var isEnergy = role is EntityRole.Power or EntityRole.Energy;
        var perUnit = isEnergy ? Units.InWatts(unit ?? "", role == EntityRole.Power ? Quantity.Power : Quantity.Import) : 1;
        if (perUnit is null || ValueTemplate.Parse(reader.Text("value_template", "val_tpl")) is not { } template)
        {
            problem = perUnit is null ? $"an entity of unit \"{OnceLog.Shown(unit ?? "")}\"." : "an entity whose template is more than a place in JSON.";
            return false;
        }

        entity = new AnnouncedEntity(
            id, device.Text("name", "name") ?? id, $"{device.Text("manufacturer", "mf")} {device.Text("model", "mdl")}".Trim(), role, state, template, perUnit.Value,
            role == EntityRole.Switch ? reader.Topic("command_topic", "cmd_t") : null)
        {
            On = reader.Text("payload_on", "pl_on") ?? "ON",
            Off = reader.Text("payload_off", "pl_off") ?? "OFF",
            StateOn = reader.Text("state_on", "stat_on") ?? reader.Text("payload_on", "pl_on") ?? "ON",
            StateOff = reader.Text("state_off", "stat_off") ?? reader.Text("payload_off", "pl_off") ?? "OFF",
            Availability = AvailabilityOf(reader),
            AvailabilityMode = reader.Text("availability_mode", "avty_mode") switch
            {
                "all" => AvailabilityMode.All,
                "any" => AvailabilityMode.Any,
                _ => AvailabilityMode.Latest,
            },
        };
        return true;
    }

    // One topic, or a list of them; one whose template is more than a place says nothing that is understood, and the others still do.
    private static ImmutableArray<AnnouncedAvailability> AvailabilityOf(Fields entity)
    {
        static AnnouncedAvailability? Of(Fields fields, string? topic, string? template) => topic is not null && ValueTemplate.Parse(template) is { } value
            ? new AnnouncedAvailability(topic, value, fields.Text("payload_available", "pl_avail") ?? "online", fields.Text("payload_not_available", "pl_not_avail") ?? "offline") : null;
        var listed = PayloadValue.Elements(entity.Element("availability", "avty")).Take(MostTopics).Select(one => new Fields(one, entity.Base))
            .Select(one => Of(one, one.Topic("topic", "t"), one.Text("value_template", "val_tpl")));
        return [.. listed.Prepend(Of(entity, entity.Topic("availability_topic", "avty_t"), entity.Text("availability_template", "avty_tpl"))).OfType<AnnouncedAvailability>()];
    }

    private static EntityRole? RoleOf(string component, string? kind, string? unit) => (component, kind, unit) switch
    {
        ("sensor", "power", _) => EntityRole.Power,
        ("sensor", "energy", _) => EntityRole.Energy,
        ("sensor", "battery", "%") => EntityRole.Fill,
        ("switch", _, _) => EntityRole.Switch,
        _ => null,
    };

    // Long and short names of one field; topics may begin or end with ~, the base topic.
    private readonly struct Fields(JsonElement element, string? baseTopic = null)
    {
        public string? Base => baseTopic ?? Text("~", "~");

        public Fields Object(string name, string shortName) => new(Element(name, shortName) ?? default, Base);

        public JsonElement? Element(string name, string shortName) =>
            element.ValueKind == JsonValueKind.Object ? PayloadValue.Named(element, name) ?? PayloadValue.Named(element, shortName) : null;

        public string? Text(string name, string shortName) => PayloadValue.Text(Element(name, shortName)) is { Length: <= MostText } text ? text : null;

        public string? Topic(string name, string shortName)
        {
            var topic = Text(name, shortName);
            if (topic is not null && Base is { } root)
            {
                topic = topic.StartsWith('~') ? root + topic[1..] : topic.EndsWith('~') ? topic[..^1] + root : topic;
            }

            return topic is { Length: > 0 } && !topic.AsSpan().ContainsAny("+#\0") ? topic : null;
        }
    }
}
