using System.Collections.Immutable;
using System.Net.Sockets;
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

    /// <summary>So long one may take to ask: who never asks keeps nobody else out for longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _running = Task.CompletedTask;

    /// <summary>Where the door of the node that runs by this configuration is.</summary>
    public static string Beside(string config) => config + ".door";

    public void Start()
    {
        try
        {
            _listener = Listen();
            _running = Task.Run(() => ServeAsync(_listener));
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            logger.LogWarning("ve devices override does not reach this node by {Path}: {Why}", path, failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _running.ConfigureAwait(false);
        if (_listener is not null)
        {
            File.Delete(path);
        }
    }

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

    private Socket Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var end = new UnixDomainSocketEndPoint(path);
            if (File.Exists(path))
            {
                if (IsAnswered(end))
                {
                    throw new IOException("another node listens there");
                }

                File.Delete(path);
            }

            listener.Bind(end);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            // Nobody gets in before this.
            listener.Listen(8);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static bool IsAnswered(UnixDomainSocketEndPoint end)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(end);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var caller = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                using var limit = new CancellationTokenSource(Patience, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
                await AnswerAsync(caller, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Who asked is gone, or took too long; the next may ask.
            }
        }
    }

    private async Task AnswerAsync(Socket caller, CancellationToken cancellation)
    {
        var line = new byte[MostBytes];
        var length = 0;
        while (length < line.Length && line.AsSpan(0, length).IndexOf((byte)'\n') < 0)
        {
            var read = await caller.ReceiveAsync(line.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        var end = line.AsSpan(0, length).IndexOf((byte)'\n');
        var answer = JsonSerializer.SerializeToUtf8Bytes(Answer(line.AsSpan(0, end < 0 ? length : end)), DoorJson.Default.DoorAnswer);
        await caller.SendAsync(answer, cancellation).ConfigureAwait(false);
        await caller.SendAsync("\n"u8.ToArray(), cancellation).ConfigureAwait(false);
    }
}
