using System.Collections.Concurrent;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>
/// The manager's side of S2 Connect in a home network: pairs devices by a code that a person carries over, and gives each paired device a token
/// for its next session.
/// </summary>
/// <remarks>
/// The manager is the server of pairing and of sessions, as the specification asks where both are in the home. A code lasts five minutes, an
/// attempt fifteen seconds; attempts are answered one after another, a second each.
/// Not done: long polling for devices without a server, deployments outside the home.
/// Source: S2 Connect 1.0.0, pairing process and session initiation.
/// </remarks>
public sealed class ConnectDesk
{
    private const string CodeCharacters = "abcdefghjkmnpqrstuvwxyz23456789";

    // Whoever asks gets an answer made with the code, and can try codes against it at home: 31^10 are too many for the time that one lasts.
    private const int CodeLength = 10;
    private const int MostWaiting = 10;

    public static readonly TimeSpan CodeLasts = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan AttemptLasts = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SessionTokenLasts = TimeSpan.FromSeconds(30);

    private readonly NodeDescription _self;
    private readonly byte[] _fingerprint;
    private readonly S2Doors _doors;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Attempt> _attempts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PendingToken> _pending = new(StringComparer.Ordinal);
    private volatile PairingCode? _code;
    private DateTimeOffset _lastTurn;

    /// <param name="self">Who the manager is.</param>
    /// <param name="fingerprint">SHA-256 of its certificate.</param>
    /// <param name="doors">Learns which token opens which device's next session.</param>
    public ConnectDesk(NodeDescription self, ReadOnlySpan<byte> fingerprint, PairedNodes paired, S2Doors doors, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(fingerprint.Length, SHA256.HashSizeInBytes);
        _self = self;
        _fingerprint = fingerprint.ToArray();
        Paired = paired;
        _doors = doors;
        _time = time;
    }

    public PairedNodes Paired { get; }

    /// <summary>How long an attempt is held before it is answered.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of a device that is not paired any more, so that its session ends.</summary>
    public Action<Guid> Unpaired { get; set; } = _ => { };

    /// <summary>A new code for the person to type in at the device; earlier ones are void.</summary>
    public string IssueCode()
    {
        var token = RandomNumberGenerator.GetString(CodeCharacters, CodeLength);
        _code = new PairingCode(token, _time.GetUtcNow() + CodeLasts);
        return token;
    }

    /// <summary>Ends the sessions of devices that another process has unpaired: <c>ve s2 unpair</c>, beside a manager that runs.</summary>
    public void Refresh()
    {
        foreach (var device in Paired.Refresh())
        {
            _doors.Forget(device.ToString());
            Unpaired(device);
        }
    }

    /// <summary>Ends a pairing from this side.</summary>
    public bool Unpair(Guid device)
    {
        _doors.Forget(device.ToString());
        var removed = Paired.Remove(device);
        Unpaired(device);
        return removed;
    }

    internal async Task<(int Status, object? Body)> RequestPairingAsync(RequestPairing request, CancellationToken stop)
    {
        var error = request.NodeId is not null && request.NodeIdAlias is not null ? new ConnectError("ParsingError", "nodeId and nodeIdAlias exclude each other")
            : request.ClientHmacChallenge.Length is < ChallengeResponse.LeastChallengeBytes or > 1024 ? new ConnectError("ParsingError", "a challenge has at least 32 bytes")
            : request.NodeIdAlias is not null || (request.NodeId is { } id && id != _self.Id) ? new ConnectError("NodeNotFound")
            : request.ClientNodeDescription.Role != EnergyManagementRole.Rm ? new ConnectError("InvalidCombinationOfRoles")
            : !request.SupportedHmacHashingAlgorithms.Contains(ConnectJson.HashingAlgorithm) ? new ConnectError("IncompatibleHmacHashingAlgorithms")
            : !request.ForcePairing && !request.SupportedCommunicationProtocols.Contains(ConnectJson.Protocol) ? new ConnectError("IncompatibleCommunicationProtocols")
            : !request.ForcePairing && !request.SupportedMessageVersions.Contains(S2Codec.ProtocolVersion) ? new ConnectError("IncompatibleS2MessageVersions")
            : request.ClientEndpointDescription.Deployment != "LAN" ? new ConnectError("Other", "devices are paired inside the home only")
            : null;
        if (error is not null)
        {
            return (400, error);
        }

        TimeSpan wait;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            wait = (_lastTurn > now ? _lastTurn - now : TimeSpan.Zero) + Hold;
            if (wait > MostWaiting * Hold)
            {
                return (503, null);
            }

            _lastTurn = now + wait;
        }

        await Task.Delay(wait, _time, stop);
        return Begin(request);
    }

    internal (int Status, object? Body) RequestConnectionDetails(string? attemptId, RequestConnectionDetails request, Uri sessions)
    {
        if (Find(attemptId) is not { } attempt)
        {
            return (401, null);
        }

        if (!ChallengeResponse.Fits(request.ServerHmacChallengeResponse, attempt.Challenge, attempt.Token, _fingerprint))
        {
            // One guess an attempt, and the code is void after it: whoever guesses needs a new one from the person.
            _attempts.TryRemove(attemptId!, out _);
            _code = null;
            return (403, null);
        }

        attempt.AccessToken ??= NewToken();
        return (200, new ConnectionDetails(sessions, attempt.AccessToken));
    }

    internal (int Status, object? Body) Finalize(string? attemptId, FinalizePairing request)
    {
        if (Find(attemptId) is not { } attempt)
        {
            return (401, null);
        }

        _attempts.TryRemove(attemptId!, out _);
        if (!request.Success)
        {
            return (204, null);
        }

        if (attempt.AccessToken is not { } token)
        {
            return (400, null);
        }

        _doors.Forget(attempt.Client.Id.ToString());
        Paired.Keep(new PairedNode(attempt.Client.Id, attempt.Client, S2Doors.HashOf(token)));
        Unpaired(attempt.Client.Id); // a session of an earlier pairing ends
        _code = null;
        return (204, null);
    }

    internal (int Status, object? Body) InitiateSession(string? accessToken, InitiateSession request)
    {
        if (Paired.WasUnpaired(request.ClientNodeId))
        {
            return (400, new ConnectError("NoLongerPaired"));
        }

        if (!IsPaired(accessToken, request.ClientNodeId, request.ServerNodeId))
        {
            return (401, null);
        }

        if (!request.SupportedCommunicationProtocols.Contains(ConnectJson.Protocol))
        {
            return (400, new ConnectError("IncompatibleCommunicationProtocols"));
        }

        if (!request.SupportedMessageVersions.Contains(S2Codec.ProtocolVersion))
        {
            return (400, new ConnectError("IncompatibleS2MessageVersions"));
        }

        // One at a time for a device: what it did not confirm is void.
        foreach (var (hash, old) in _pending.Where(pair => pair.Value.Device == request.ClientNodeId || pair.Value.Until < _time.GetUtcNow()))
        {
            _pending.TryRemove(KeyValuePair.Create(hash, old));
        }

        var token = NewToken();
        _pending[S2Doors.HashOf(token)] = new PendingToken(request.ClientNodeId, _time.GetUtcNow() + AttemptLasts);
        return (200, new SessionGrant(ConnectJson.Protocol, S2Codec.ProtocolVersion, token));
    }

    internal (int Status, object? Body) ConfirmAccessToken(string? pendingToken, Uri socket)
    {
        if (pendingToken is null || !_pending.TryRemove(S2Doors.HashOf(pendingToken), out var pending) || pending.Until < _time.GetUtcNow()
            || Paired.Find(pending.Device) is not { } node)
        {
            return (401, null);
        }

        Paired.Keep(node with { AccessTokenHash = S2Doors.HashOf(pendingToken) });
        var session = NewToken();
        _doors.AdmitOnce(node.Id.ToString(), session, _time.GetUtcNow() + SessionTokenLasts);
        return (200, new CommunicationDetails(ConnectJson.Protocol, session, socket));
    }

    internal (int Status, object? Body) Unpair(string? accessToken, Unpair request) =>
        IsPaired(accessToken, request.ClientNodeId, request.ServerNodeId) && Unpair(request.ClientNodeId) ? (204, null) : (401, null);

    private (int Status, object? Body) Begin(RequestPairing request)
    {
        if (_code is not { } code || code.Until < _time.GetUtcNow())
        {
            return (400, new ConnectError("NoValidPairingTokenOnPairingServer", "ask for a new code at the energy manager"));
        }

        foreach (var (old, expired) in _attempts.Where(pair => pair.Value.Until < _time.GetUtcNow()))
        {
            _attempts.TryRemove(KeyValuePair.Create(old, expired));
        }

        var id = NewToken();
        var challenge = RandomNumberGenerator.GetBytes(ChallengeResponse.LeastChallengeBytes);
        _attempts[id] = new Attempt(request.ClientNodeDescription, code.Token, challenge, _time.GetUtcNow() + AttemptLasts);
        return (200, new PairingAccepted(
            id, _self, new EndpointDescription(), ConnectJson.HashingAlgorithm, ChallengeResponse.Of(request.ClientHmacChallenge, code.Token, _fingerprint), challenge));
    }

    private bool IsPaired(string? accessToken, Guid client, Guid server) =>
        accessToken is not null && server == _self.Id && Paired.Find(client)?.AccessTokenHash == S2Doors.HashOf(accessToken);

    private Attempt? Find(string? id) => id is not null && _attempts.TryGetValue(id, out var attempt) && attempt.Until >= _time.GetUtcNow() ? attempt : null;

    private static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private sealed class Attempt(NodeDescription client, string token, byte[] challenge, DateTimeOffset until)
    {
        public NodeDescription Client { get; } = client;

        public string Token { get; } = token;

        public byte[] Challenge { get; } = challenge;

        public DateTimeOffset Until { get; } = until;

        public string? AccessToken { get; set; }
    }

    private sealed record PairingCode(string Token, DateTimeOffset Until);

    private sealed record PendingToken(Guid Device, DateTimeOffset Until);
}
