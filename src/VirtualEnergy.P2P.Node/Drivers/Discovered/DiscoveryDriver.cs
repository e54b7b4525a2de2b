using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Discovered;

/// <summary>
/// Plugs, meters and batteries that other programs of the house announce to Home Assistant (ESPHome, Tasmota and many inverters' gateways do):
/// what Home Assistant would show, the node uses, by the same retained configurations.
/// </summary>
public sealed class DiscoveryDriver : IDeviceDriver
{
    private const int MostEntities = 4 * DeviceBook.MostDevices;
    private const int MostPartsOfADevice = 64;

    private readonly string _prefix;
    private readonly ImmutableArray<string> _leftOut;
    private readonly Func<string, string?> _roleOf;
    private readonly TimeProvider _time;
    private readonly OnceLog _once;
    private readonly DriverLine _line;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, AnnouncedEntity> _entities = [];
    private readonly HashSet<string> _subscribed = [];
    private readonly Dictionary<string, bool> _online = [];

    /// <param name="broker">The home's broker.</param>
    /// <param name="clientId">Names the session there.</param>
    /// <param name="prefix">Home Assistant's discovery prefix.</param>
    /// <param name="leftOut">First levels of state topics that another driver reads, or that are the node's own.</param>
    /// <param name="roleOf">Which of the home's devices an id is; null for one that takes no orders of the plan.</param>
    public DiscoveryDriver(HomeBroker broker, string clientId, string prefix, ImmutableArray<string> leftOut, Func<string, string?> roleOf, TimeProvider time, ILogger logger)
    {
        (_prefix, _leftOut, _roleOf, _time) = (prefix, leftOut, roleOf, time);
        _once = new OnceLog(logger);
        _line = new DriverLine(broker, clientId, time, logger);
    }

    public string Name => "discovered";

    public Task RunAsync(DeviceBook book, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _entities.Clear();
            _subscribed.Clear();
            _online.Clear();
        }

        return _line.RunAsync(
            async () =>
            {
                foreach (var filter in (string[])[$"{_prefix}/+/+/config", $"{_prefix}/+/+/+/config"])
                {
                    await _line.SubscribeAsync(filter, (message, token) => ConfigureAsync(book, message, token), cancellation).ConfigureAwait(false);
                }
            },
            cancellation);
    }

    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation) =>
        Entities().FirstOrDefault(entity => Id(entity) == device.Id && entity.CommandTopic is not null) is { } found && order is SwitchOrder { On: var on }
            ? await _line.CommandAsync(found.CommandTopic!, Encoding.UTF8.GetBytes(on ? found.On : found.Off), cancellation).ConfigureAwait(false)
            : $"{device.Id} takes no such order";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ImmutableArray<AnnouncedEntity> Entities()
    {
        lock (_lock)
        {
            return [.. _entities.Values];
        }
    }

    private async Task ConfigureAsync(DeviceBook book, MqttMessage message, CancellationToken cancellation)
    {
        var levels = message.Topic[(_prefix.Length + 1)..].Split('/');
        if (message.Payload.IsEmpty)
        {
            Remove(book, message.Topic);
            return;
        }

        if (PayloadValue.Parse(message.Payload) is not { ValueKind: JsonValueKind.Object } config)
        {
            _once.Warn(levels[1], "an announcement that is no JSON object.");
            return;
        }

        // One announcement of a whole device holds those of its entities, each with what they share.
        if (levels[0] == "device")
        {
            foreach (var (name, component, merged) in Parts(config))
            {
                await AddAsync(book, $"{message.Topic}/{name}", component, merged, cancellation).ConfigureAwait(false);
            }
        }
        else
        {
            await AddAsync(book, message.Topic, levels[0], config, cancellation).ConfigureAwait(false);
        }
    }

    private async Task AddAsync(DeviceBook book, string key, string component, JsonElement config, CancellationToken cancellation)
    {
        if (!AnnouncedEntity.TryRead(component, config, out var entity, out var problem))
        {
            if (problem is not null)
            {
                _once.Warn(key, problem);
            }

            return;
        }

        if (_leftOut.Any(level => entity.StateTopic.StartsWith(level + "/", StringComparison.Ordinal)))
        {
            return;
        }

        List<string> topics;
        lock (_lock)
        {
            if (_entities.Count >= MostEntities && !_entities.ContainsKey(key))
            {
                return;
            }

            _entities[key] = entity;
            topics = [.. entity.Availability.Select(one => one.Topic).Prepend(entity.StateTopic).Where(_subscribed.Add)];
        }

        Describe(book, entity.Device);
        foreach (var topic in topics)
        {
            await _line.SubscribeAsync(topic, (message, _) => Take(book, message), cancellation).ConfigureAwait(false);
        }
    }

    private void Remove(DeviceBook book, string key)
    {
        AnnouncedEntity? gone;
        lock (_lock)
        {
            var keys = _entities.Keys.Where(known => known == key || known.StartsWith(key + "/", StringComparison.Ordinal)).ToList();
            gone = keys.Count > 0 ? _entities[keys[0]] : null;
            keys.ForEach(known => _entities.Remove(known));
        }

        if (gone is not null)
        {
            Describe(book, gone.Device);
        }
    }

    private void Describe(DeviceBook book, string device)
    {
        var parts = Entities().Where(entity => entity.Device == device).ToList();
        bool Has(EntityRole role) => parts.Exists(entity => entity.Role == role);
        var switches = parts.Exists(entity => entity is { Role: EntityRole.Switch, CommandTopic: not null });
        var id = $"{Name}/{OnceLog.Shown(device)}";
        if (!Has(EntityRole.Power) && !Has(EntityRole.Energy))
        {
            // A switch alone, or a remote control's own battery, is nothing of the home's energy.
            book.Lose(id, "it announces neither power nor energy any more");
            return;
        }

        book.Appear(new HomeDevice(
            id, OnceLog.Shown(parts[0].DeviceName), Name, Has(EntityRole.Fill) ? DeviceKind.Battery : switches ? DeviceKind.Plug : DeviceKind.Submeter,
            OnceLog.Shown(parts[0].Model), DeviceAbilities.Measures | (switches ? DeviceAbilities.Switches : DeviceAbilities.None))
        {
            Role = _roleOf(id),
        });
    }

    private Task Take(DeviceBook book, MqttMessage message)
    {
        var now = _time.GetUtcNow();
        foreach (var entity in Entities())
        {
            switch (IsThere(entity, message))
            {
                case true:
                    Describe(book, entity.Device);
                    break;
                case false:
                    book.Lose(Id(entity), "it says that it is offline");
                    break;
            }

            // What the broker kept may be of any age: how a switch stands, and no power that flows now.
            if (entity.StateTopic != message.Topic || (message.Retain && entity.Role != EntityRole.Switch))
            {
                continue;
            }

            if (Read(entity, message.Payload, now) is { } reading)
            {
                book.Read(Id(entity), reading);
            }
            else if (!SaysNothing(entity.Value.Text(message.Payload)))
            {
                _once.Warn(Id(entity), $"no {entity.Role.ToString().ToLowerInvariant()} that can be, in {OnceLog.Shown(message.Topic)}.");
            }
        }

        return Task.CompletedTask;
    }

    // Null where the message says nothing of that. What was not said yet is no reason to take a device for lost.
    private bool? IsThere(AnnouncedEntity entity, MqttMessage message)
    {
        if (entity.Availability.Where(one => one.Topic == message.Topic).Select(one => one.Says(message.Payload)).FirstOrDefault(word => word is not null) is not { } said)
        {
            return null;
        }

        lock (_lock)
        {
            _online[message.Topic] = said;
            return entity.AvailabilityMode switch
            {
                AvailabilityMode.All => entity.Availability.All(one => _online.GetValueOrDefault(one.Topic, true)),
                AvailabilityMode.Any => entity.Availability.Any(one => _online.GetValueOrDefault(one.Topic, true)),
                _ => said,
            };
        }
    }

    // As Home Assistant has it: what is not known is no nonsense.
    private static bool SaysNothing(string? text) => text is "" or "unknown" or "unavailable" or "None" or "none" or "null";

    private static DeviceReading? Read(AnnouncedEntity entity, ReadOnlyMemory<byte> payload, DateTimeOffset now) => entity.Role switch
    {
        EntityRole.Switch => entity.Value.Text(payload) is { } text && (text == entity.StateOn || text == entity.StateOff) ? new DeviceReading(now, null, IsOn: text == entity.StateOn) : null,
        EntityRole.Fill => entity.Value.Number(payload) is >= 0 and <= 100 and var percent ? new DeviceReading(now, null, FillPermille: (int)decimal.Round(percent * 10)) : null,
        EntityRole.Power => entity.Value.Number(payload) is { } power ? Units.Reading(now, Quantity.Power, power, entity.PerUnit) : null,
        _ => entity.Value.Number(payload) is { } energy ? Units.Reading(now, Quantity.Import, energy, entity.PerUnit) : null,
    };

    private List<(string Name, string Component, JsonElement Config)> Parts(JsonElement config)
    {
        try
        {
            var parts = PayloadValue.Named(config, "components") ?? PayloadValue.Named(config, "cmps");
            return parts is { ValueKind: JsonValueKind.Object } all
                ? [.. all.EnumerateObject().Take(MostPartsOfADevice).Select(part => (
                    part.Name, PayloadValue.Text(PayloadValue.Named(part.Value, "platform")) ?? PayloadValue.Text(PayloadValue.Named(part.Value, "p")) ?? "", Merged(config, part.Value)))]
                : [];
        }
        catch (InvalidOperationException)
        {
            _once.Warn("discovery", "an announcement with names that are no Unicode text.");
            return [];
        }
    }

    private static JsonElement Merged(JsonElement shared, JsonElement own)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var field in shared.EnumerateObject().Concat(own.ValueKind == JsonValueKind.Object ? own.EnumerateObject() : Enumerable.Empty<JsonProperty>()))
        {
            fields[field.Name] = field.Value;
        }

        fields.Remove("components");
        fields.Remove("cmps");
        return JsonSerializer.SerializeToElement(fields);
    }

    private string Id(AnnouncedEntity entity) => $"{Name}/{OnceLog.Shown(entity.Device)}";
}
