using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// The member's way to her running node from the same machine, without a broker: a socket in the file system beside the home's configuration, which nobody but
/// its owner can open. One line of JSON is asked, one is answered.
/// </summary>
/// <param name="path">The socket's file; replaced where nobody listens there any more.</param>
/// <param name="devices">Names of what can be decided.</param>
/// <param name="controls">Where her word goes.</param>
/// <param name="time">From when it holds.</param>
/// <param name="logger">Told when there is no such way: the node goes on.</param>
public sealed class MemberDoor(string path, Func<IEnumerable<string>> devices, MemberControls controls, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    internal const int MostBytes = 1_024;

    private OwnerSocket? _socket;

    /// <summary>Where the door of the node that runs by this configuration is.</summary>
    public static string Beside(string config) => config + ".door";

    public void Start()
    {
        _socket ??= new OwnerSocket(path, MostBytes, (line, _) => Task.FromResult(JsonSerializer.SerializeToUtf8Bytes(Answer(line.Span), DoorJson.Default.DoorAnswer)), time);
        if (_socket.Start() is { } why)
        {
            logger.LogWarning("ve devices override does not reach this node by {Path}: {Why}", path, why);
        }
    }

    public ValueTask DisposeAsync() => _socket?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Answers one line. Nothing in it makes it throw.</summary>
    public DoorAnswer Answer(ReadOnlySpan<byte> line)
    {
        DoorQuestion? question;
        try
        {
            question = JsonSerializer.Deserialize(line, DoorJson.Default.DoorQuestion);
        }
        catch (JsonException)
        {
            question = null;
        }

        if (question is null)
        {
            return new DoorAnswer([], "a question is a JSON object with device, word and minutes, or none of them");
        }

        var names = devices().Order(StringComparer.Ordinal).ToImmutableArray();
        if (question.Device is not { } asked)
        {
            return new DoorAnswer([.. names.Select(Shown)], null);
        }

        if (names.FirstOrDefault(name => string.Equals(name, asked, StringComparison.OrdinalIgnoreCase)) is not { } device)
        {
            return new DoorAnswer([], $"{Mqtt.OnceLog.Shown(asked)}: {(names.IsEmpty ? "there is no device yet" : $"there is {string.Join(", ", names.Take(32))}{(names.Length > 32 ? ", …" : "")}")}.");
        }

        var said = question.Minutes is { } minutes ? $"{question.Word} {minutes}" : question.Word ?? "";
        if (!OverrideEntities.TryRead(device, Encoding.UTF8.GetBytes(said), time.GetUtcNow(), out var word, out var refusal))
        {
            return new DoorAnswer([], refusal);
        }

        controls.Decide(device, word);
        return new DoorAnswer([Shown(device)], null);
    }

    private DoorDevice Shown(string device)
    {
        var now = time.GetUtcNow();
        return controls.Overrides.Where(word => word.Device == device && word.Until > now).Select(word => (DeviceOverride?)word).FirstOrDefault() is { } word
            ? new DoorDevice(device, word.IsOn ? OverrideEntities.On : OverrideEntities.Off, word.Until)
            : new DoorDevice(device, OverrideEntities.Plan, null);
    }
}
