using System.Net.WebSockets;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Flexibility.S2.Sessions;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>Where a device's energy manager is, and what lets the device in.</summary>
/// <param name="Address">ws:// or wss://.</param>
/// <param name="Token">The bearer token from pairing; null where the manager asks for none.</param>
/// <param name="Trust">Which certificates count.</param>
public sealed record S2ManagerAddress(Uri Address, string? Token, S2Trust Trust);

/// <summary>
/// Offers a device to an energy manager: connects, and connects again after a loss, waiting longer each time. One manager at a time.
/// </summary>
public sealed class S2ResourceManager
{
    private readonly Func<CancellationToken, ValueTask<S2ManagerAddress>> _manager;
    private readonly Func<Identifier, ResourceManagerDetails> _details;
    private readonly Func<S2Connection, S2Event, ValueTask> _heard;
    private readonly TimeProvider _time;
    private readonly Random _chance;

    /// <param name="manager">Asked before each attempt: tokens may be good for one connection only.</param>
    /// <param name="details">Who the device is.</param>
    /// <param name="heard">Told what the manager selects and instructs; answers through the connection.</param>
    /// <param name="chance">Spreads the waits, and makes ids that no other session has.</param>
    public S2ResourceManager(
        Func<CancellationToken, ValueTask<S2ManagerAddress>> manager, Func<Identifier, ResourceManagerDetails> details,
        Func<S2Connection, S2Event, ValueTask> heard, TimeProvider time, Random chance)
    {
        _manager = manager;
        _details = details;
        _heard = heard;
        _time = time;
        _chance = chance;
    }

    /// <summary>How long to wait after failures.</summary>
    public S2Backoff Backoff { get; init; } = S2Backoff.Default;

    public S2Limits Limits { get; init; } = S2Limits.Default;

    /// <summary>Told why a connection ended and how long the next attempt waits; for ever where only a person can help.</summary>
    public Action<string, TimeSpan> Lost { get; init; } = (_, _) => { };

    /// <summary>Runs until it is stopped, or until the device is not paired any more.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            string reason;
            var established = false;
            try
            {
                (reason, established) = await OnceAsync(stop);
            }
            catch (Exception fault) when (fault is WebSocketException or HttpRequestException or IOException)
            {
                reason = fault.Message;
            }
            catch (OperationCanceledException)
            {
                reason = "no answer in time";
            }
            catch (UserErrorException fault)
            {
                // Only a person can help: pair anew.
                Lost(fault.Message, Timeout.InfiniteTimeSpan);
                return;
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            failures = established ? 1 : failures + 1;
            var wait = Backoff.After(failures, _chance.NextDouble());
            Lost(reason, wait);
            try
            {
                await Task.Delay(wait, _time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<(string Reason, bool Established)> OnceAsync(CancellationToken stop)
    {
        var manager = await _manager(stop);
        using var socket = new ClientWebSocket();
        if (manager.Token is { } token)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        socket.Options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => manager.Trust.Trusts(certificate, chain, errors);
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        await socket.ConnectAsync(manager.Address, stop);

        var established = false;
        var seed = new byte[16];
        _chance.NextBytes(seed);
        var session = new S2RmSession(_details, Limits, new Guid(seed));
        using var connection = new S2Connection(socket, session, _time, (link, news) =>
        {
            established |= link.IsEstablished;
            return _heard(link, news);
        });
        return (await connection.RunAsync(stop), established);
    }
}
