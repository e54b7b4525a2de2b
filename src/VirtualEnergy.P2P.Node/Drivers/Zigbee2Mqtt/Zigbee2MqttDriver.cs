using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;

/// <summary>
/// Zigbee plugs, relays and clamps by way of Zigbee2MQTT: found in the list that its bridge publishes, read and switched by its topics. A
/// bridge of a version that this was not written for is left alone, and said once.
/// </summary>
public sealed class Zigbee2MqttDriver : IDeviceDriver
{
    public const string DefaultTopic = "zigbee2mqtt";

    // 1.17 brought the topics used here; 2 kept them.
    private static readonly int[] KnownMajors = [1, 2];

    private const string Availability = "/availability";
    private const string OutOfReach = "its radio is out of reach";

    private readonly string _base;
    private readonly Func<string, string?> _roleOf;
    private readonly TimeProvider _time;
    private readonly OnceLog _once;
    private readonly DriverLine _line;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _away = [];
    private ImmutableArray<ZigbeePlug> _plugs = [];
    private ReadOnlyMemory<byte>? _list;
    private bool _isKnownVersion;

    /// <param name="broker">The home's broker.</param>
    /// <param name="clientId">Names the session there.</param>
    /// <param name="topic">Zigbee2MQTT's base topic.</param>
    /// <param name="roleOf">Which of the home's devices an id is; null for one that takes no orders of the plan.</param>
    public Zigbee2MqttDriver(HomeBroker broker, string clientId, string topic, Func<string, string?> roleOf, TimeProvider time, ILogger logger)
    {
        (_base, _roleOf, _time) = (topic, roleOf, time);
        _once = new OnceLog(logger);
        _line = new DriverLine(broker, clientId, time, logger);
    }

    public string Name => "zigbee2mqtt";

    public Task RunAsync(DeviceBook book, CancellationToken cancellation) =>
        _line.RunAsync(() => _line.SubscribeAsync($"{_base}/#", (message, _) => Take(book, message), cancellation), cancellation);

    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        if (Plugs().FirstOrDefault(known => Id(known) == device.Id) is not { State: { } state } plug || order is not SwitchOrder { On: var on })
        {
            return $"{device.Id} takes no such order";
        }

        var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { [state] = on ? plug.On : plug.Off });
        return await _line.CommandAsync($"{_base}/{plug.FriendlyName}/set", payload, cancellation).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ImmutableArray<ZigbeePlug> Plugs()
    {
        lock (_lock)
        {
            return _plugs;
        }
    }

    /// <summary>Takes what the broker sends, in whatever order: what it keeps comes as it likes.</summary>
    internal Task Take(DeviceBook book, MqttMessage message)
    {
        var topic = message.Topic[Math.Min(message.Topic.Length, _base.Length + 1)..];
        switch (topic)
        {
            case "bridge/info":
                CheckVersion(PayloadValue.Parse(message.Payload, ZigbeePlug.MostListBytes));
                Enter(book);
                break;
            case "bridge/devices":
                _list = message.Payload.ToArray();
                Enter(book);
                break;
            case "bridge/state":
                foreach (var plug in Plugs())
                {
                    Heard(book, plug, IsOnline(message.Payload), "the bridge is offline");
                }

                break;
            default:
                TakeState(book, topic, message);
                break;
        }

        return Task.CompletedTask;
    }

    private void TakeState(DeviceBook book, string topic, MqttMessage message)
    {
        if (topic.EndsWith(Availability, StringComparison.Ordinal))
        {
            Remember(topic[..^Availability.Length], IsOnline(message.Payload));
        }

        foreach (var plug in Plugs())
        {
            if (topic == plug.FriendlyName + Availability)
            {
                Heard(book, plug, IsOnline(message.Payload), OutOfReach);
            }
            else if (topic == plug.FriendlyName)
            {
                if (PayloadValue.Parse(message.Payload) is not { ValueKind: JsonValueKind.Object } state)
                {
                    _once.Warn(Id(plug), "a message that is no JSON object.");
                }
                else if (!message.Retain)
                {
                    // What the broker kept may be of any age, and is not taken for what the plug does now.
                    if (plug.Read(_time.GetUtcNow(), state) is { } reading)
                    {
                        book.Read(Id(plug), reading);
                    }

                    if (plug.NonsenseIn(state) is { } property)
                    {
                        _once.Warn(Id(plug), $"no {property} that can be.");
                    }
                }
            }
        }
    }

    private void Remember(string name, bool? isOnline)
    {
        if (isOnline == true)
        {
            _away.Remove(name);
        }
        else if (isOnline == false && _away.Count < DeviceBook.MostDevices)
        {
            _away.Add(name);
        }
    }

    private void Heard(DeviceBook book, ZigbeePlug plug, bool? isOnline, string problem)
    {
        if (isOnline == true)
        {
            Appear(book, plug);
        }
        else if (isOnline == false)
        {
            book.Lose(Id(plug), problem);
        }
    }

    private void CheckVersion(JsonElement? info)
    {
        var version = PayloadValue.Text(PayloadValue.Named(info, "version"));
        _isKnownVersion = version?.Split('.') is [var major, ..] && int.TryParse(major, out var number) && KnownMajors.Contains(number);
        if (!_isKnownVersion)
        {
            _once.Warn("zigbee2mqtt", $"version \"{OnceLog.Shown(version ?? "unknown")}\" is not one that is understood (1 and 2 are); its devices are left alone.");
        }
    }

    private void Enter(DeviceBook book)
    {
        if (!_isKnownVersion || _list is not { } list)
        {
            return;
        }

        if (ZigbeePlug.ReadAll(list) is not { } plugs)
        {
            _once.Warn("zigbee2mqtt", "its list of devices cannot be read.");
            return;
        }

        var gone = Plugs().Where(before => plugs.All(now => Id(now) != Id(before))).ToList();
        lock (_lock)
        {
            _plugs = plugs;
        }

        foreach (var plug in gone)
        {
            book.Lose(Id(plug), "it was taken out of the Zigbee network");
        }

        foreach (var plug in plugs)
        {
            Appear(book, plug);
        }
    }

    /// <summary>One that is in the list, or whose bridge is back, may be out of reach all the same.</summary>
    private void Appear(DeviceBook book, ZigbeePlug plug)
    {
        var isAway = _away.Contains(plug.FriendlyName);
        if (!isAway || book.Find(Id(plug)) is null)
        {
            book.Appear(Describe(plug));
        }

        if (isAway)
        {
            book.Lose(Id(plug), OutOfReach);
        }
    }

    private HomeDevice Describe(ZigbeePlug plug) => new(
        Id(plug), OnceLog.Shown(plug.Endpoint.Length == 0 ? plug.FriendlyName : $"{plug.FriendlyName} {plug.Endpoint}"), Name,
        plug.State is null ? DeviceKind.Submeter : DeviceKind.Plug, plug.Model,
        (plug.State is null ? DeviceAbilities.None : DeviceAbilities.Switches) | (plug.Power is null ? DeviceAbilities.None : DeviceAbilities.Measures))
    {
        Role = _roleOf(Id(plug)),
    };

    private string Id(ZigbeePlug plug) => plug.Endpoint.Length == 0 ? $"{Name}/{plug.Address}" : $"{Name}/{plug.Address}/{plug.Endpoint}";

    // Version 2 writes {"state":"online"}, version 1 the bare word unless told.
    private static bool? IsOnline(ReadOnlyMemory<byte> payload)
    {
        var word = payload.Span.SequenceEqual("online"u8) ? "online" : payload.Span.SequenceEqual("offline"u8) ? "offline"
            : PayloadValue.Text(PayloadValue.Named(PayloadValue.Parse(payload), "state"));
        return word == "online" ? true : word == "offline" ? false : null;
    }
}
