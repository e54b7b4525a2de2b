using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve devices override</c>: the member's word for a device, told to the node that runs, over the home's broker.</summary>
internal static class OverrideCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Long enough for a broker to have sent what it keeps.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var device = new Argument<string?>("device") { Description = "The device, as the plan names it; left out, all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var word = new Argument<string?>("word") { Description = "on, off, or plan to take it back.", Arity = ArgumentArity.ZeroOrOne };
        var config = new Option<string?>("--config") { Description = "The home's configuration file." };
        var length = new Option<string>("--for") { Description = "How long it holds: 90m, 2h, 3d; at most a week.", DefaultValueFactory = _ => "2h" };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON." };
        var command = new Command("override", """
            Decide for one device while the node runs: on, off, or back to the plan. It wins at once and ends by itself; the plan goes round it.
            A store that is on charges as fast as it can, an appliance starts; what is off neither takes nor gives, and an appliance waits.
            Examples: ve devices override --config home.json
                      ve devices override car on --for 2h --config home.json
                      ve devices override "washing machine" off --for 90m --config home.json
                      ve devices override car plan --config home.json
            """) { device, word, config, length, json };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(device), parsed.GetValue(word), parsed.GetValue(length)!, parsed.GetValue(config), parsed.GetValue(json), TimeProvider.System, cancellation));
        return command;
    }

    /// <summary>The minutes of 90m, 2h or 3d.</summary>
    /// <exception cref="UserErrorException">Something else, or more than a week.</exception>
    internal static int MinutesOf(string text)
    {
        var perUnit = text.Length > 1 ? text[^1] switch { 'm' => 1, 'h' => 60, 'd' => 1_440, _ => 0 } : 0;
        return perUnit > 0 && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && count <= OverrideEntities.MostMinutes / perUnit
            ? count * perUnit
            : throw new UserErrorException($"--for {text}: write 90m, 2h or 3d; at most a week.");
    }

    private static async Task<int> RunAsync(string? device, string? word, string length, string? path, bool json, TimeProvider time, CancellationToken cancellation)
    {
        var minutes = MinutesOf(length);
        if (device is not null && word is not (OverrideEntities.On or OverrideEntities.Off or OverrideEntities.Plan))
        {
            throw new UserErrorException($"{word ?? "The word is missing"}: write on, off or plan, as in ve devices override {device} on --for 2h.");
        }

        var file = path ?? throw new UserErrorException("--config FILE is missing: the home's configuration names its broker.");
        var broker = HomeConfig.Read(file).HomeBroker?.Open()
            ?? throw new UserErrorException($"{file}: has no homeBroker; the node that runs is told over it (docs/devices.md).");
        var shown = new Shown();
        await using var link = broker.Link($"ve-override-{time.GetTimestamp():x}", time, NullLogger.Instance);
        await link.SubscribeAsync("virtualenergy/+/+", shown.Take, cancellation).ConfigureAwait(false);
        await link.SubscribeAsync("virtualenergy/+/+/attributes", shown.Take, cancellation).ConfigureAwait(false);
        await ConnectAsync(link, broker, time, cancellation).ConfigureAwait(false);
        await Task.Delay(Quiet, time, cancellation).ConfigureAwait(false);
        var devices = shown.Devices;
        if (devices.IsEmpty)
        {
            throw new UserErrorException($"No node that runs shows its devices on {broker.Address}: is it started, with a homeBroker that is not set to \"homeAssistant\": false?");
        }

        if (device is null)
        {
            Print(devices, json);
            return 0;
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
        Print([await shown.UntilAsync(told, word!, Patience, time, cancellation).ConfigureAwait(false)], json);
        return 0;
    }

    private static async Task ConnectAsync(MqttLink link, HomeBroker broker, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
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

    private static void Print(IEnumerable<ShownDevice> devices, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(devices.Select(device => new { device = device.Device, word = device.State, until = device.Until })));
            return;
        }

        foreach (var device in devices)
        {
            Console.WriteLine(device.Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"{OnceLog.Shown(device.Device)} is {device.State} until {until:yyyy-MM-dd HH:mm} UTC")
                : $"{OnceLog.Shown(device.Device)} is the plan's");
        }
    }

    private sealed record ShownDevice(string Topic, string Device, string State, DateTimeOffset? Until);

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

                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation).ConfigureAwait(false);
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
