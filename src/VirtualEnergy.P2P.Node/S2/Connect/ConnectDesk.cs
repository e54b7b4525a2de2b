using System.Collections.Concurrent;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>
/// The manager's side of S2 Connect in a home network: pairs devices by a code that a person carries over, the manager's own or one that a device shows.
/// </summary>
/// <remarks>
/// The manager is the server of sessions, as the specification asks where both are in the home, and of pairing but for devices that are servers themselves. A code lasts
/// five minutes, an attempt fifteen seconds; attempts are answered one after another, a second each. Not done: deployments outside the home.
/// Source: S2 Connect 1.0.0, pairing process.
/// </remarks>
public sealed class ConnectDesk
{
    private const int MostWaiting = 10;

    public static readonly TimeSpan CodeLasts = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan AttemptLasts = TimeSpan.FromSeconds(15);

    private readonly NodeDescription _self;
    private readonly byte[] _fingerprint;
    private readonly S2Doors _doors;
    private readonly TimeProvider _time;
    private readonly RandomNumberGenerator _random;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Attempt> _attempts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Expected> _expected = new();
    private volatile IssuedCode? _code;
    private DateTimeOffset _lastTurn;

    /// <param name="self">Who the manager is.</param>
    /// <param name="fingerprint">SHA-256 of its certificate.</param>
    /// <param name="doors">Learns which token opens which device's next session.</param>
    /// <param name="random">Makes codes, challenges and tokens; a source of chance that nobody can foresee.</param>
    public ConnectDesk(NodeDescription self, ReadOnlySpan<byte> fingerprint, PairedNodes paired, S2Doors doors, TimeProvider time, RandomNumberGenerator random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(fingerprint.Length, SHA256.HashSizeInBytes);
        (_self, _fingerprint, Paired, _doors, _time, _random) = (self, fingerprint.ToArray(), paired, doors, time, random);
        Sessions = new SessionDesk(self.Id, paired, doors, time, random);
        Waiting = new WaitingRoom(time) { HadNoCode = device => Over(device, "it shows no code now: have it show one, and try again") };
    }

    public PairedNodes Paired { get; }

    /// <summary>How long an attempt is held before it is answered.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of a device that is not paired any more, or anew, so that its session ends.</summary>
    public Action<Guid> Unpaired { get; set; } = _ => { };

    /// <summary>Told of a device at which somebody is about to type in the manager's code; whether there is a code now.</summary>
    public Action<NodeDescription, bool> Prepared { get; set; } = (_, _) => { };

    internal SessionDesk Sessions { get; }

    internal WaitingRoom Waiting { get; }

    internal NodeDescription Self => _self;

    internal EndpointDescription Endpoint => new(Name: _self.Brand);

    internal ReadOnlySpan<byte> Fingerprint => _fingerprint;

    /// <summary>A new code for the person to type in at the device; earlier ones are void.</summary>
    public string IssueCode()
    {
        var token = PairingToken.New(_random);
        _code = new IssuedCode(token, _time.GetUtcNow() + CodeLasts);
        return token.Text;
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

    /// <summary>Pairs with a device that waits here, by the code that it shows.</summary>
    /// <param name="name">What people call it.</param>
    /// <exception cref="UserErrorException">It does not wait, or it is not its code.</exception>
    public async Task PairWaitingAsync(Guid device, string name, PairingToken token, CancellationToken stop)
    {
        var expected = new Expected(token, _time.GetUtcNow() + WaitingRoom.Patience + AttemptLasts);
        _expected[device] = expected;
        try
        {
            if (!Waiting.Tell(device, WaitActions.RequestPairing))
            {
                throw new UserErrorException($"{name}: it does not wait to be paired any more.");
            }

            if (await expected.Outcome.Task.WaitAsync(WaitingRoom.Patience + AttemptLasts, _time, stop).ConfigureAwait(false) is { } problem)
            {
                throw new UserErrorException($"{name}: {problem}.");
            }
        }
        catch (TimeoutException)
        {
            throw new UserErrorException($"{name}: it was asked to pair, and does not come.");
        }
        finally
        {
            _expected.TryRemove(KeyValuePair.Create(device, expected));
        }
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

        await Task.Delay(wait, _time, stop).ConfigureAwait(false);
        lock (_gate)
        {
            return Begin(request);
        }
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
            Void(attempt, "it does not know that code");
            return (403, null);
        }

        attempt.AccessToken ??= SessionDesk.NewToken(_random);
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
            Over(attempt.Client.Id, "it says that this is not its code", attempt.Token);
            return (204, null);
        }

        if (attempt.AccessToken is not { } token)
        {
            return (400, null);
        }

        Keep(attempt.Client, token);
        Void(attempt, null);
        return (204, null);
    }

    /// <summary>A pairing is made: it holds from now on, durably.</summary>
    internal void Keep(NodeDescription device, string accessToken)
    {
        _doors.Forget(device.Id.ToString());
        Paired.Keep(new PairedNode(device.Id, device, S2Doors.HashOf(accessToken)));
        Unpaired(device.Id); // a session of an earlier pairing ends
    }

    /// <summary>It came to nothing after all: the device is paired as before, or not.</summary>
    internal void Restore(Guid device, PairedNode? before)
    {
        if (before is not null)
        {
            Paired.Keep(before);
        }
        else
        {
            Paired.Remove(device);
        }
    }

    internal (int Status, object? Body) Unpair(string? accessToken, Unpair request) =>
        Sessions.IsPaired(accessToken, request.ClientNodeId, request.ServerNodeId) && Unpair(request.ClientNodeId) ? (204, null) : (401, null);

    internal (int Status, object? Body) Prepare(PreparePairing request)
    {
        if (request.ClientNodeDescription.Role != EnergyManagementRole.Rm)
        {
            return (400, new ConnectError("InvalidCombinationOfRoles"));
        }

        if (request.ServerNodeId == _self.Id)
        {
            Prepared(request.ClientNodeDescription, _code?.Until >= _time.GetUtcNow());
        }

        return (204, null);
    }

    private (int Status, object? Body) Begin(RequestPairing request)
    {
        foreach (var (old, expired) in _attempts.Where(pair => pair.Value.Until < _time.GetUtcNow()))
        {
            _attempts.TryRemove(KeyValuePair.Create(old, expired));
        }

        if (TokenFor(request.ClientNodeDescription.Id) is not { } token)
        {
            return (400, new ConnectError("NoValidPairingTokenOnPairingServer", "ask for a new code at the energy manager"));
        }

        // Who sends back a challenge of ours would be given the answer to it. By the answers, since a key with zeros after it is the same key to HMAC.
        var response = ChallengeResponse.Of(request.ClientHmacChallenge, token, _fingerprint);
        if (_attempts.Values.Any(other => ChallengeResponse.Fits(response, other.Challenge, other.Token, _fingerprint)))
        {
            return (400, new ConnectError("Other", "a challenge is made anew, by chance"));
        }

        var (id, challenge) = (SessionDesk.NewToken(_random), new byte[ChallengeResponse.LeastChallengeBytes]);
        _random.GetBytes(challenge);
        _attempts[id] = new Attempt(request.ClientNodeDescription, token, challenge, _time.GetUtcNow() + AttemptLasts);
        return (200, new PairingAccepted(id, _self, Endpoint, ConnectJson.HashingAlgorithm, response, challenge));
    }

    private PairingToken? TokenFor(Guid device) =>
        _expected.TryGetValue(device, out var expected) && expected.Until >= _time.GetUtcNow() ? expected.Token : _code is { } code && code.Until >= _time.GetUtcNow() ? code.Token : null;

    // What a code was for is over: it is void, its own or a device's.
    private void Void(Attempt attempt, string? problem)
    {
        if (_code is { } code && code.Token == attempt.Token)
        {
            _code = null;
        }
        else
        {
            Over(attempt.Client.Id, problem, attempt.Token);
        }
    }

    // Anybody may say that he is the device; only an attempt with its token ends what is expected of it.
    private void Over(Guid device, string? problem, PairingToken? of = null)
    {
        if (_expected.TryGetValue(device, out var expected) && (of is null || of == expected.Token) && _expected.TryRemove(KeyValuePair.Create(device, expected)))
        {
            expected.Outcome.TrySetResult(problem);
        }
    }

    private Attempt? Find(string? id) => id is not null && _attempts.TryGetValue(id, out var attempt) && attempt.Until >= _time.GetUtcNow() ? attempt : null;

    private sealed class Attempt(NodeDescription client, PairingToken token, byte[] challenge, DateTimeOffset until)
    {
        public NodeDescription Client { get; } = client;

        public PairingToken Token { get; } = token;

        public byte[] Challenge { get; } = challenge;

        public DateTimeOffset Until { get; } = until;

        public string? AccessToken { get; set; }
    }

    private sealed record IssuedCode(PairingToken Token, DateTimeOffset Until);

    private sealed class Expected(PairingToken token, DateTimeOffset until)
    {
        public PairingToken Token { get; } = token;

        public DateTimeOffset Until { get; } = until;

        public TaskCompletionSource<string?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
