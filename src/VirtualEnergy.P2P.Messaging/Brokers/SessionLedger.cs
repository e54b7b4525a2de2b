using System.Collections.Concurrent;
using MQTTnet.Server;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Who began each session, and when one that was left has to go. MQTTnet's server keeps a session for ever and gives it to
/// whoever names its client id; this adds the two rules that it lacks.
/// </summary>
internal sealed class SessionLedger(EmbeddedBrokerOptions options)
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _users = new();
    private long _lastSweep = options.Time.GetTimestamp();

    public bool IsFull => _users.Count >= options.MaxSessions;

    /// <summary>The user that the session belongs to: the one given here if there is none yet.</summary>
    public string OwnerOf(string clientId, string user) => _users.GetOrAdd(clientId, user);

    public bool Knows(string clientId) => _users.ContainsKey(clientId);

    public void Give(string clientId, string user) => _users[clientId] = user;

    public void Forget(string clientId) => _users.TryRemove(clientId, out _);

    /// <summary>Once a minute, or at once when full: deletes the sessions whose time is over.</summary>
    public async Task SweepAsync(MqttServer server, LiveConnections connections)
    {
        var last = Interlocked.Read(ref _lastSweep);
        if ((!IsFull && options.Time.GetElapsedTime(last) < BetweenSweeps)
            || Interlocked.CompareExchange(ref _lastSweep, options.Time.GetTimestamp(), last) != last)
        {
            return;
        }

        var now = options.Time.GetUtcNow().UtcDateTime;
        foreach (var session in await server.GetSessionsAsync().ConfigureAwait(false))
        {
            var kept = Math.Min(session.ExpiryInterval, options.LongestSession.TotalSeconds);
            // A connection that was taken over ends after the new one has begun, and marks the session as left.
            if (!connections.Has(session.Id) && session.DisconnectedTimestamp is { } left && now - left > TimeSpan.FromSeconds(kept))
            {
                await session.DeleteAsync().ConfigureAwait(false);
            }
        }
    }
}
