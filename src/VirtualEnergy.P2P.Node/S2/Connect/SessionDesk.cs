using System.Collections.Concurrent;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Flexibility.S2;

namespace VirtualEnergy.P2P.Node.S2.Connect;

/// <summary>The manager's side of S2 Connect's sessions: each paired device gets a new access token, and a token that opens one session.</summary>
/// <remarks>Source: S2 Connect 1.0.0, session initiation and unpairing.</remarks>
internal sealed class SessionDesk(Guid self, PairedNodes paired, S2Doors doors, TimeProvider time, RandomNumberGenerator random)
{
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan OpenedWithin = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, PendingToken> _pending = new(StringComparer.Ordinal);

    /// <summary>32 bytes of chance, Base64.</summary>
    public static string NewToken(RandomNumberGenerator random)
    {
        var bytes = new byte[32];
        random.GetBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    public (int Status, object? Body) Initiate(string? accessToken, InitiateSession request)
    {
        if (paired.WasUnpaired(request.ClientNodeId))
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
        foreach (var (hash, old) in _pending.Where(pair => pair.Value.Device == request.ClientNodeId || pair.Value.Until < time.GetUtcNow()))
        {
            _pending.TryRemove(KeyValuePair.Create(hash, old));
        }

        var token = NewToken(random);
        _pending[S2Doors.HashOf(token)] = new PendingToken(request.ClientNodeId, time.GetUtcNow() + ConfirmedWithin);
        return (200, new SessionGrant(ConnectJson.Protocol, S2Codec.ProtocolVersion, token));
    }

    /// <param name="socket">Where sessions are opened.</param>
    public (int Status, object? Body) Confirm(string? pendingToken, Uri socket)
    {
        if (pendingToken is null || !_pending.TryRemove(S2Doors.HashOf(pendingToken), out var pending) || pending.Until < time.GetUtcNow()
            || paired.Find(pending.Device) is not { } node)
        {
            return (401, null);
        }

        paired.Keep(node with { AccessTokenHash = S2Doors.HashOf(pendingToken) });
        var session = NewToken(random);
        doors.AdmitOnce(node.Id.ToString(), session, time.GetUtcNow() + OpenedWithin);
        return (200, new CommunicationDetails(ConnectJson.Protocol, session, socket));
    }

    public bool IsPaired(string? accessToken, Guid client, Guid server) =>
        accessToken is not null && server == self && paired.Find(client)?.AccessTokenHash == S2Doors.HashOf(accessToken);

    private sealed record PendingToken(Guid Device, DateTimeOffset Until);
}
