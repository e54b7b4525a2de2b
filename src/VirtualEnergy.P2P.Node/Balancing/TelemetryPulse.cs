using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>Sends what flows through the home's meter every few seconds, at whole multiples of them, in sessions that are signed once.</summary>
/// <param name="member">The home.</param>
/// <param name="sample">What flows now, and when that is.</param>
/// <param name="publish">Sends: topic and payload.</param>
/// <param name="random">For the sessions' secrets.</param>
/// <param name="time">Beats.</param>
/// <param name="logger">Told of what could not be sent.</param>
internal sealed class TelemetryPulse(
    MemberId member, Func<(long Watts, TelemetryQuality Quality, DateTimeOffset At)> sample, Func<string, byte[], Task> publish, RandomNumberGenerator random,
    TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private FlexibilityTopics? _topics;
    private Func<TelemetrySession, Signed<TelemetrySession>> _sign = null!;
    private MemberId _bsp;
    private TelemetryChain? _chain;
    private long _session;
    private int _sequence;
    private ITimer? _timer;
    private int _beats;

    /// <summary>Begins, or begins anew: with another interval, or in another market.</summary>
    public void Start(FlexibilityTopics topics, MemberId bsp, int seconds, FlexibilitySigning signing, EthereumKey key)
    {
        lock (_lock)
        {
            (_topics, _bsp, _chain) = (topics, bsp, null);
            _sign = session => new Signed<TelemetrySession>(session, FlexibilitySigning.Sign(signing.Hash(session), key));
            var every = TimeSpan.FromSeconds(seconds);
            var sinceLast = TimeSpan.FromTicks(time.GetUtcNow().Ticks % every.Ticks);
            _timer?.Dispose();
            _timer = time.CreateTimer(_ => _ = BeatAsync(), null, every - sinceLast, every);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    // One at a time: while a broker is away samples are left out, not kept for later. What flows at the last beat of them is sent when there is one again.
    private async Task BeatAsync()
    {
        if (Interlocked.Increment(ref _beats) > 1)
        {
            return;
        }

        try
        {
            int rung;
            do
            {
                rung = Volatile.Read(ref _beats);
                await SendAsync().ConfigureAwait(false);
            }
            while (Interlocked.CompareExchange(ref _beats, 0, rung) != rung);
        }
        catch
        {
            _ = Interlocked.Exchange(ref _beats, 0);
            throw;
        }
    }

    private async Task SendAsync()
    {
        try
        {
            var (topics, opened, message) = Next();
            if (opened is not null)
            {
                await publish(topics.Sessions(member), WireFormat.Write(opened)).ConfigureAwait(false);
            }

            await publish(topics.Telemetry(member), WireFormat.Write(message)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug("A sample was not sent: {Why}", failure.Message);
            lock (_lock)
            {
                // Whether the BSP knows the session is not known: a new one is opened when there is a link again.
                _chain = null;
            }
        }
    }

    private (FlexibilityTopics Topics, Signed<TelemetrySession>? Opened, TelemetrySample Message) Next()
    {
        lock (_lock)
        {
            Signed<TelemetrySession>? opened = null;
            if (_chain is null || _sequence == _chain.Length)
            {
                var secret = new byte[Hash256.Size];
                random.GetBytes(secret);
                _chain = new TelemetryChain(new Hash256(secret), WireFormat.MaxTelemetryLength);
                (_session, _sequence) = (Math.Max(_session + 1, time.GetUtcNow().ToUnixTimeMilliseconds()), 0);
                opened = _sign(new TelemetrySession(member, _bsp, _session, _chain.Anchor, _chain.Length));
            }

            var (watts, quality, at) = sample();
            return (_topics!, opened, new TelemetrySample(member, _session, ++_sequence, at.ToUnixTimeMilliseconds(), watts, quality, _chain.KeyOf(_sequence)));
        }
    }
}
