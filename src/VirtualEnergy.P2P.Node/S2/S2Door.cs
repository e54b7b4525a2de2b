using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.S2.Connect;
using VirtualEnergy.P2P.Node.S2.Discovery;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>What the member asks the energy manager that runs by a folder.</summary>
/// <param name="Ask">One of <see cref="S2Questions"/>.</param>
/// <param name="Code">The code that a device shows.</param>
/// <param name="Device">Which device, by its name, id or pairing address; left out, the only one.</param>
public sealed record S2Question(string Ask, string? Code = null, string? Device = null);

/// <param name="Error">Why nothing was done; null where it was.</param>
/// <param name="Code">The manager's new code.</param>
/// <param name="Pairing">Where that is typed in.</param>
/// <param name="Paired">What the device that was paired says of itself.</param>
/// <param name="Devices">Who could be paired with.</param>
/// <param name="Known">Who is paired or connected.</param>
public sealed record S2Answer(
    string? Error = null, string? Code = null, Uri? Pairing = null, string? Paired = null, ImmutableArray<DeviceCandidate>? Devices = null, ImmutableArray<S2Shown>? Known = null);

public static class S2Questions
{
    /// <summary>A new code of the manager.</summary>
    public const string Code = "code";

    /// <summary>Who could be paired with.</summary>
    public const string Devices = "devices";

    /// <summary>Who is paired or connected, and how it is.</summary>
    public const string Known = "known";

    /// <summary>To pair with a device by its code.</summary>
    public const string Pair = "pair";
}

/// <summary>The member's way to a running energy manager from the same machine: a socket in its folder, which nobody but its owner can open.</summary>
public sealed class S2Door : IAsyncDisposable
{
    internal const int MostBytes = 4_096;

    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(3);

    private readonly ConnectDesk _desk;
    private readonly DevicePairing _devices;
    private readonly Uri _socketAddress;
    private readonly Func<ImmutableArray<S2Shown>> _known;
    private readonly OwnerSocket _socket;

    /// <param name="folder">The manager's.</param>
    /// <param name="desk">Its side of pairing.</param>
    /// <param name="listen">Where it listens; the networks of that address are looked at.</param>
    /// <param name="sessions">Where its sessions are opened.</param>
    /// <param name="known">Who is paired or connected.</param>
    /// <param name="random">Makes challenges and tokens.</param>
    public S2Door(S2Folder folder, ConnectDesk desk, IPEndPoint listen, Uri sessions, Func<ImmutableArray<S2Shown>> known, RandomNumberGenerator random, TimeProvider time)
    {
        (_desk, _socketAddress, _known) = (desk, sessions, known);
        _devices = new DevicePairing(desk, stop => FindAsync(listen, time, stop), random);
        _socket = new OwnerSocket(PathIn(folder.Path), MostBytes, async (line, stop) => JsonSerializer.SerializeToUtf8Bytes(await AnswerAsync(line, stop).ConfigureAwait(false), S2DoorJson.Default.S2Answer), time);
    }

    /// <summary>Where the door of the manager is that runs by this folder.</summary>
    public static string PathIn(string folder) => Path.Combine(Path.GetFullPath(folder), "door");

    /// <summary>Begins to listen.</summary>
    /// <returns>Why it cannot; null where it does.</returns>
    public string? Start() => _socket.Start();

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    /// <summary>Answers one line. Nothing in it makes it throw.</summary>
    public async Task<S2Answer> AnswerAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, S2DoorJson.Default.S2Question) switch
            {
                { Ask: S2Questions.Code, Code: null, Device: null } => new S2Answer(Code: _desk.IssueCode(), Pairing: ConnectEndpoints.PairingAt(_socketAddress)),
                { Ask: S2Questions.Devices, Code: null, Device: null } => new S2Answer(Devices: await _devices.CandidatesAsync(stop).ConfigureAwait(false)),
                { Ask: S2Questions.Known, Code: null, Device: null } => new S2Answer(Known: _known()),
                { Ask: S2Questions.Pair, Code: { } code, Device: var device } =>
                    new S2Answer(Paired: await _devices.PairAsync(PairingCode.Parse(code), device, ConnectEndpoints.SessionsAt(_socketAddress), stop).ConfigureAwait(false)),
                _ => NoQuestion,
            };
        }
        catch (JsonException)
        {
            return NoQuestion;
        }
        catch (UserErrorException error)
        {
            return new S2Answer(error.Message);
        }
    }

    private static S2Answer NoQuestion => new("a question is a JSON object with ask: code, devices, known, or pair with a device's code");

    // Who listens on this machine alone is paired with by devices on this machine, which are named by their addresses.
    private static async Task<ImmutableArray<S2Endpoint>> FindAsync(IPEndPoint listen, TimeProvider time, CancellationToken stop)
    {
        if (IPAddress.IsLoopback(listen.Address))
        {
            return [];
        }

        try
        {
            using var dns = MulticastDns.Open(S2Announcer.NetworksOf(listen));
            return await S2Finder.FindAsync(dns, EnergyManagementRole.Rm, Looking, time, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or System.Net.NetworkInformation.NetworkInformationException)
        {
            throw new UserErrorException($"The network cannot be asked for devices: {failure.Message}", failure);
        }
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, MaxDepth = 6,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(S2Question))]
[JsonSerializable(typeof(S2Answer))]
internal sealed partial class S2DoorJson : JsonSerializerContext;
