using System.Collections.Concurrent;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Which client ids are connected, and the end of a connection whose client is back. A node whose line broke is back before that
/// was noticed here; MQTTnet's server then queues what the node has not acknowledged while the old connection still takes messages
/// from that queue, and one that it takes is lost until the next connection. So the old one has to go first.
/// </summary>
internal sealed class LiveConnections
{
    // Then MQTTnet's own takeover has to do: a connection that takes nothing any more cannot be told to go.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly MqttServer _server;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new(StringComparer.Ordinal);

    public LiveConnections(MqttServer server)
    {
        _server = server;
        server.ClientConnectedAsync += connected =>
        {
            _ends[connected.ClientId] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return Task.CompletedTask;
        };
        // Raised when a session that nobody keeps is deleted already.
        server.ClientDisconnectedAsync += gone =>
        {
            if (_ends.TryRemove(gone.ClientId, out var end))
            {
                end.TrySetResult();
            }

            return Task.CompletedTask;
        };
    }

    public bool Has(string clientId) => _ends.ContainsKey(clientId);

    /// <summary>Ends the connection of this id, if there is one, and returns when it has, or after a second.</summary>
    public async Task EndAsync(string clientId)
    {
        if (!_ends.TryGetValue(clientId, out var end))
        {
            return;
        }

        try
        {
            // Not awaited: what it is told may never arrive.
            _ = _server.DisconnectClientAsync(clientId, new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.SessionTakenOver });
        }
        catch (InvalidOperationException)
        {
            // It is ending by itself.
        }

        await Task.WhenAny(end.Task, Task.Delay(Patience)).ConfigureAwait(false);
    }
}
