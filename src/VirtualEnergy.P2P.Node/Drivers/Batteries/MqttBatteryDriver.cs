using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Batteries;

/// <summary>Where a number is published.</summary>
/// <param name="Path">Where in the payload's JSON; empty for a payload that is the number.</param>
public readonly record struct PublishedNumber(string Topic, string Path);

/// <summary>A battery that says how full it is on the home's broker, and takes its power as a number there.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Role">Which battery of the plan it is.</param>
/// <param name="Fill">How full, %.</param>
/// <param name="CommandTopic">Where its power is set, W.</param>
public sealed record MappedBattery(string Name, string Role, PublishedNumber Fill, string CommandTopic)
{
    public required long CapacityWattHours { get; init; }

    public required long ChargeWatts { get; init; }

    public required long DischargeWatts { get; init; }

    public int ReservePermille { get; init; }

    /// <summary>What flows, W; null where it does not say.</summary>
    public PublishedNumber? Power { get; init; }

    /// <summary>The command is JSON with the power under this name, as Zigbee2MQTT takes it; null for the number alone, as Home Assistant's number entities take it.</summary>
    public string? CommandField { get; init; }

    /// <summary>For one that counts discharging as positive.</summary>
    public bool Invert { get; init; }

    /// <summary>A car's.</summary>
    public bool IsCar { get; init; }

    /// <summary>Where a car says whether it is connected, true or false, on or off, 1 or 0; null where silence says that it is not.</summary>
    public PublishedNumber? Connected { get; init; }
}

/// <summary>
/// Batteries whose control is a number on the home's broker: one of Home Assistant's, of a Zigbee device, of an inverter's gateway. Each is named by
/// its topics and data; it is told the power of a period, and nothing at its end.
/// </summary>
/// <param name="broker">The home's broker.</param>
/// <param name="clientId">Names the session there.</param>
public sealed class MqttBatteryDriver(HomeBroker broker, string clientId, ImmutableArray<MappedBattery> batteries, TimeProvider time, ILogger logger) : IDeviceDriver
{
    private readonly OnceLog _once = new(logger);
    private readonly DriverLine _line = new(broker, clientId, time, logger);

    public string Name => "battery";

    public async Task RunAsync(DeviceBook book, CancellationToken cancellation)
    {
        foreach (var battery in batteries)
        {
            book.Appear(Device(battery));
        }

        await _line.RunAsync(
            async () =>
            {
                foreach (var topic in batteries.SelectMany(battery => new[] { battery.Fill.Topic, battery.Power?.Topic, battery.Connected?.Topic }).OfType<string>().Distinct())
                {
                    await _line.SubscribeAsync(topic, (message, _) => Take(book, message), cancellation).ConfigureAwait(false);
                }
            },
            cancellation).ConfigureAwait(false);
    }

    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        if (batteries.FirstOrDefault(known => Id(known) == device.Id) is not { } battery || order is not ChargeOrder charge)
        {
            return $"{device.Id} takes no such order";
        }

        // Left to itself it rests: a number has no other way to say so.
        var watts = Math.Clamp(charge.Watts ?? 0, -battery.DischargeWatts, battery.ChargeWatts) * (battery.Invert ? -1 : 1);
        var payload = battery.CommandField is { } field
            ? JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, long> { [field] = watts })
            : Encoding.ASCII.GetBytes(watts.ToString(CultureInfo.InvariantCulture));
        return await _line.CommandAsync(battery.CommandTopic, payload, cancellation).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Take(DeviceBook book, MqttMessage message)
    {
        foreach (var battery in batteries)
        {
            if (battery.Fill.Topic == message.Topic)
            {
                Take(book, battery, "fill", message, battery.Fill.Path, number => number is >= 0 and <= 100
                    ? new DeviceReading(time.GetUtcNow(), null, FillPermille: (int)decimal.Round(number * 10)) : null);
            }

            if (battery.Connected is { } connected && connected.Topic == message.Topic)
            {
                Connect(book, battery, message, connected.Path);
            }

            if (battery.Power is { } power && power.Topic == message.Topic)
            {
                Take(book, battery, "power", message, power.Path, number => Units.Reading(time.GetUtcNow(), Quantity.Power, battery.Invert ? -number : number, 1));
            }
        }

        return Task.CompletedTask;
    }

    // Whether it is connected is kept by the broker, and holds until something else is said.
    private void Connect(DeviceBook book, MappedBattery battery, MqttMessage message, string path)
    {
        var said = path.Length == 0 ? Encoding.UTF8.GetString(message.Payload.Span[..Math.Min(16, message.Payload.Length)])
            : PayloadValue.Parse(message.Payload) is { } json ? PayloadValue.At(json, path)?.ToString() : null;
        switch (said?.Trim().ToUpperInvariant())
        {
            case "TRUE" or "ON" or "1" or "CONNECTED":
                book.Appear(Device(battery));
                break;
            case "FALSE" or "OFF" or "0" or "DISCONNECTED":
                book.Lose(Id(battery), "is not connected");
                break;
            default:
                _once.Warn(battery.Name, $"no word for connected or not at \"{path}\" of {message.Topic}.");
                break;
        }
    }

    private HomeDevice Device(MappedBattery battery) => new(Id(battery), battery.Name, Name, DeviceKind.Battery, "MQTT", DeviceAbilities.Measures | DeviceAbilities.Charges)
    {
        Role = battery.Role,
        CapacityWattHours = battery.CapacityWattHours,
        ChargeWatts = battery.ChargeWatts,
        DischargeWatts = battery.DischargeWatts,
        ReservePermille = battery.ReservePermille,
        IsCar = battery.IsCar,
        SaysConnected = battery.Connected is not null,
    };

    // What the broker kept may be of any age; a level that is hours old is no level. It is news only when it comes.
    private void Take(DeviceBook book, MappedBattery battery, string what, MqttMessage message, string path, Func<decimal, DeviceReading?> reading)
    {
        if (message.Retain)
        {
            return;
        }

        var number = path.Length == 0 ? PayloadValue.Number(message.Payload.Span)
            : PayloadValue.Parse(message.Payload) is { } json ? PayloadValue.Number(PayloadValue.At(json, path)) : null;
        if (number is { } known && reading(known) is { } read)
        {
            book.Read(Id(battery), read);
        }
        else
        {
            _once.Warn(battery.Name, $"no {what} that can be at \"{path}\" of {message.Topic}.");
        }
    }

    private string Id(MappedBattery battery) => $"{Name}/{battery.Name}";
}
