using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>Lets devices on the home's network find the energy manager: tells of it at the start, answers who asks, and takes it back at the end.</summary>
/// <remarks>Answers go to everybody and at most once a second, so that nobody is flooded by way of it.</remarks>
/// <param name="dns">The network; disposed with this.</param>
/// <param name="self">What is told.</param>
/// <param name="logger">Told when the network cannot be listened to any more.</param>
public sealed class S2Announcer(MulticastDns dns, S2Endpoint self, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to tell of a manager.</summary>
    /// <param name="listen">Where it listens.</param>
    /// <param name="pairing">Where pairing begins.</param>
    /// <param name="id">Its id: makes its name on the network unlike those of others.</param>
    /// <returns>Null where nobody else could reach it, or the network cannot be spoken to: then people type its address in.</returns>
    public static S2Announcer? Start(IPEndPoint listen, Uri pairing, Guid id, string name, TimeProvider time, ILogger logger)
    {
        if (IPAddress.IsLoopback(listen.Address))
        {
            return null;
        }

        try
        {
            var announcer = new S2Announcer(MulticastDns.Open(NetworksOf(listen)), new S2Endpoint($"ve-{id.ToString()[..8]}", EnergyManagementRole.Cem, name, pairing) { Waiting = pairing }, time, logger);
            announcer.Start();
            return announcer;
        }
        catch (Exception failure) when (failure is SocketException or System.Net.NetworkInformation.NetworkInformationException)
        {
            logger.LogWarning("Devices do not find this energy manager by themselves; they pair by its address: {Why}", failure.Message);
            return null;
        }
    }

    /// <summary>This machine's addresses on the networks that are reached by listening there; none for all of them.</summary>
    public static ImmutableArray<IPAddress> NetworksOf(IPEndPoint listen) => listen.Address.Equals(IPAddress.Any) || listen.AddressFamily != AddressFamily.InterNetwork ? [] : [listen.Address];

    public void Start() => _running = Task.WhenAll(Task.Run(AnnounceAsync), Task.Run(AnswerAsync));

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await dns.SendAsync(self.Announcement(dns.Addresses, isGone: true), CancellationToken.None).ConfigureAwait(false);
        dns.Dispose();
    }

    // Twice, a second apart, since nobody acknowledges (RFC 6762, section 8.3).
    private async Task AnnounceAsync()
    {
        try
        {
            await dns.SendAsync(self.Announcement(dns.Addresses), _stopping.Token).ConfigureAwait(false);
            await Task.Delay(Apart, time, _stopping.Token).ConfigureAwait(false);
            await dns.SendAsync(self.Announcement(dns.Addresses), _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync()
    {
        long? last = null;
        try
        {
            while (true)
            {
                var question = await dns.ReceiveAsync(_stopping.Token).ConfigureAwait(false);
                if (self.Answer(question, dns.Addresses) is { } answer && (last is not { } then || time.GetElapsedTime(then) >= Apart))
                {
                    last = time.GetTimestamp();
                    await dns.SendAsync(answer, _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (SocketException failure)
        {
            logger.LogWarning("Devices do not find this energy manager by themselves any more: {Why}", failure.Message);
        }
    }
}
