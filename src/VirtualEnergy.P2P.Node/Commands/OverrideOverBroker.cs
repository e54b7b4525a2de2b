using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>Tells a node on whatever machine the member's word, over the home's broker.</summary>
/// <param name="broker">The home's.</param>
/// <param name="patience">How long broker and node may take.</param>
/// <param name="time">By which clock.</param>
internal sealed class OverrideOverBroker(HomeBroker broker, TimeSpan patience, TimeProvider time)
{
    // A broker may send what it keeps a little after it has granted the subscription.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // Whoever has not heard his own word by then may not send it, or not hear it.
    private static readonly TimeSpan Mute = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Tells, and waits until the node shows that it has obeyed; lists what there is where no device is named.</summary>
    /// <exception cref="UserErrorException">There is no such node or device, or none that answers.</exception>
    public async Task<IReadOnlyList<DoorDevice>> TellAsync(string? device, string? word, int minutes, CancellationToken cancellation)
    {
        var (shown, asker) = (new Shown(), $"ve-override-{time.GetTimestamp():x}");
        await using var link = broker.Link(asker, time, NullLogger.Instance);
        await link.SubscribeAsync("virtualenergy/+/+", shown.Take, cancellation).ConfigureAwait(false);
        await link.SubscribeAsync("virtualenergy/+/+/attributes", shown.Take, cancellation).ConfigureAwait(false);
        await ConnectAsync(link, cancellation).ConfigureAwait(false);
        await HearAsync(link, shown, asker, device, cancellation).ConfigureAwait(false);
        var devices = shown.Devices;
        if (devices.IsEmpty)
        {
            throw new UserErrorException($"No node that runs shows its devices on {broker.Address}: is it started, with a homeBroker that is not set to \"homeAssistant\": false?");
        }

        if (device is null)
        {
            return [.. devices.Select(known => known.Told)];
        }

        var found = devices.Where(known => string.Equals(known.Device, device, StringComparison.OrdinalIgnoreCase)).ToList();
        var told = found switch
        {
            [var one] => one,
            [] => throw new UserErrorException($"{device}: there is {string.Join(", ", devices.Select(known => known.Device))}."),
            _ => throw new UserErrorException($"{device}: {found.Count} nodes on {broker.Address} have one of that name; use Home Assistant."),
        };
        await link.PublishAsync(
            $"{told.Topic}/set", Encoding.ASCII.GetBytes(word == OverrideEntities.Plan ? word : string.Create(CultureInfo.InvariantCulture, $"{word} {minutes}")), retain: false, cancellation).ConfigureAwait(false);
        return [(await shown.UntilAsync(told, word!, patience, time, cancellation).ConfigureAwait(false)).Told];
    }

    private async Task ConnectAsync(MqttLink link, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await link.StartAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UserErrorException($"{broker.Address} does not answer; is the home's broker running, and is the address right?");
        }
        catch (MqttLinkException refused)
        {
            throw new UserErrorException(refused.Message, refused);
        }
    }

    /// <summary>
    /// Waits until the broker has sent what it keeps: a word of our own comes back behind all that. Where it does not, as we may not send or hear it, until what is asked for
    /// is shown; and no longer than the patience.
    /// </summary>
    private async Task HearAsync(MqttLink link, Shown shown, string asker, string? device, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var echo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var limit = new CancellationTokenSource(patience, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token))
        {
            try
            {
                // Like a command, which we must be able to send, and for nobody.
                var topic = $"virtualenergy/{asker}/echo/set";
                await link.SubscribeAsync(
                    topic,
                    (_, _) =>
                    {
                        echo.TrySetResult();
                        return Task.CompletedTask;
                    },
                    cancellation).ConfigureAwait(false);
                await link.PublishAsync(topic, "echo"u8.ToArray(), retain: false, either.Token).ConfigureAwait(false);
            }
            catch (MqttLinkException)
            {
                // Not ours to say here.
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return;
            }
        }

        bool IsShown() => shown.Devices.Any(known => device is null || string.Equals(known.Device, device, StringComparison.OrdinalIgnoreCase));
        while (time.GetElapsedTime(started) is var waited && waited < patience && (waited < Quiet || !(echo.Task.IsCompleted || (waited > Mute && IsShown()))))
        {
            await Task.Delay(Glance, time, cancellation).ConfigureAwait(false);
        }
    }

    private sealed record ShownDevice(string Topic, string Device, string State, DateTimeOffset? Until)
    {
        public DoorDevice Told => new(Device, State, Until);
    }

    /// <summary>What nodes show of their devices on the home's broker.</summary>
    private sealed class Shown
    {
        private const int Most = 1_000;

        private readonly Lock _gate = new();
        private readonly SortedDictionary<string, string> _states = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (string Device, DateTimeOffset? Until)> _attributes = [];

        public ImmutableArray<ShownDevice> Devices
        {
            get
            {
                lock (_gate)
                {
                    return [.. _states.Where(state => _attributes.ContainsKey(state.Key)).Select(state => new ShownDevice(state.Key, _attributes[state.Key].Device, state.Value, _attributes[state.Key].Until))];
                }
            }
        }

        public Task Take(MqttMessage message, CancellationToken cancellation)
        {
            var levels = message.Topic.Split('/');
            if (levels.Length < 3 || !levels[2].StartsWith(OverrideEntities.Prefix, StringComparison.Ordinal) || message.Payload.Length > 512)
            {
                return Task.CompletedTask;
            }

            var (topic, text) = (string.Join('/', levels[..3]), Encoding.UTF8.GetString(message.Payload.Span));
            lock (_gate)
            {
                if (_states.Count > Most || _attributes.Count > Most)
                {
                    return Task.CompletedTask;
                }

                if (levels.Length == 3 && text is OverrideEntities.On or OverrideEntities.Off or OverrideEntities.Plan)
                {
                    _states[topic] = text;
                }
                else if (levels.Length == 4 && Read(text) is { } read)
                {
                    _attributes[topic] = read;
                }
            }

            return Task.CompletedTask;
        }

        /// <summary>The device as the node shows it after it has obeyed: attributes come before the state.</summary>
        public async Task<ShownDevice> UntilAsync(ShownDevice before, string word, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
        {
            var started = time.GetTimestamp();
            while (Devices.FirstOrDefault(device => device.Topic == before.Topic && device.State == word && (device != before || word == OverrideEntities.Plan)) is not { } obeyed)
            {
                if (time.GetElapsedTime(started) > patience)
                {
                    throw new UserErrorException($"{before.Device}: the node did not answer; is it still running?");
                }

                await Task.Delay(Glance, time, cancellation).ConfigureAwait(false);
            }

            return Devices.First(device => device.Topic == before.Topic);
        }

        private static (string Device, DateTimeOffset? Until)? Read(string text)
        {
            try
            {
                return JsonNode.Parse(text) is JsonObject attributes && attributes["device"] is JsonValue name && name.TryGetValue<string>(out var device)
                    ? (device, attributes["until"] is JsonValue end && end.TryGetValue<DateTimeOffset>(out var until) ? until : null)
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
