using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Meters;

/// <summary>One number that a meter publishes.</summary>
/// <param name="Topic">Where.</param>
/// <param name="Path">Where in its JSON; empty for a payload that is the number.</param>
/// <param name="Quantity">What it is.</param>
/// <param name="PerUnit">W or Wh of its unit.</param>
/// <param name="Invert">For a meter that counts the other way round.</param>
public sealed record MeterValue(string Topic, string Path, Quantity Quantity, decimal PerUnit, bool Invert = false);

/// <summary>A meter whose gateway publishes on the home's broker.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Kind">The connection's meter, or one of a part of the home.</param>
public sealed record MappedMeter(string Name, DeviceKind Kind)
{
    /// <summary>Numbers by topic and path.</summary>
    public ImmutableArray<MeterValue> Values { get; init; } = [];

    /// <summary>The topic of whole P1 telegrams; null where the gateway takes them apart itself.</summary>
    public string? TelegramTopic { get; init; }
}

/// <summary>
/// Meters that publish in whatever shape: each number is named by its topic, its place in the JSON, its unit and its sign. This is how gateways
/// of Italian second-generation meters (Chain 2) are read, each of which has a shape of its own, and readers of P1 ports.
/// </summary>
/// <param name="broker">The home's broker.</param>
/// <param name="clientId">Names the session there.</param>
/// <param name="meters">What to listen to.</param>
public sealed class MqttMeterDriver(HomeBroker broker, string clientId, ImmutableArray<MappedMeter> meters, TimeProvider time, ILogger logger) : IDeviceDriver
{
    private readonly OnceLog _once = new(logger);
    private readonly DriverLine _line = new(broker, clientId, time, logger);

    public string Name => "meter";

    public async Task RunAsync(DeviceBook book, CancellationToken cancellation)
    {
        foreach (var meter in meters)
        {
            book.Appear(new HomeDevice(Id(meter), meter.Name, Name, meter.Kind, meter.TelegramTopic is null ? "MQTT" : "P1 telegrams", DeviceAbilities.Measures));
        }

        await _line.RunAsync(
            async () =>
            {
                foreach (var topic in meters.SelectMany(meter => meter.Values.Select(value => value.Topic).Append(meter.TelegramTopic)).OfType<string>().Distinct())
                {
                    await _line.SubscribeAsync(topic, (message, _) => Take(book, message), cancellation).ConfigureAwait(false);
                }
            },
            cancellation).ConfigureAwait(false);
    }

    public Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation) => Task.FromResult<string?>($"{device.Id} is a meter and takes no orders");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Take(DeviceBook book, MqttMessage message)
    {
        // What the broker kept may be of any age: it shows that the meter is there, and no more.
        var now = time.GetUtcNow();
        foreach (var meter in meters)
        {
            if (meter.TelegramTopic == message.Topic)
            {
                if (DsmrTelegram.TryRead(message.Payload.Span, out var telegram, out var refusal))
                {
                    book.Read(Id(meter), new DeviceReading(now, telegram.Watts, telegram.ImportedWattHours, telegram.ExportedWattHours));
                }
                else
                {
                    _once.Warn(meter.Name, $"a telegram {refusal}");
                }
            }

            foreach (var value in meter.Values)
            {
                if (value.Topic == message.Topic)
                {
                    Take(book, meter, value, message, now);
                }
            }
        }

        return Task.CompletedTask;
    }

    private void Take(DeviceBook book, MappedMeter meter, MeterValue value, MqttMessage message, DateTimeOffset now)
    {
        var number = value.Path.Length == 0 && PayloadValue.Number(message.Payload.Span) is { } plain ? plain
            : PayloadValue.Parse(message.Payload) is { } json ? PayloadValue.Number(PayloadValue.At(json, value.Path))
            : null;
        if (number is { } known && Units.Reading(now, value.Quantity, value.Invert ? -known : known, value.PerUnit) is { } reading)
        {
            book.Read(Id(meter), reading);
        }
        else
        {
            _once.Warn(meter.Name, $"no {value.Quantity.ToString().ToLowerInvariant()} that can be at \"{value.Path}\" of {value.Topic}.");
        }
    }

    private string Id(MappedMeter meter) => $"{Name}/{meter.Name}";
}
