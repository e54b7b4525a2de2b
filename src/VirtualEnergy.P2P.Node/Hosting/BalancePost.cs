using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>A period that the home runs as the result said, while it waits for the signal by which the members balance it.</summary>
/// <param name="Market">The market that it is of.</param>
/// <param name="Result">The round's.</param>
/// <param name="Delivery">What the home does by its own trades.</param>
internal sealed record HeldPeriod(JoinedMarket Market, RoundResult Result, Delivery Delivery);

/// <summary>Tells the exchange what the home would take in the period that runs, as load and sun turn out, and waits for the signal by which the members balance it.</summary>
/// <remarks>Not safe for concurrent use; the node's handlers run one at a time.</remarks>
/// <param name="member">The home.</param>
/// <param name="topic">Where it tells.</param>
/// <param name="link">The broker.</param>
/// <param name="tooLate">Called on another thread when a signal has not come for so long that the home goes on without.</param>
/// <param name="time">For that wait.</param>
/// <param name="logger">Told of signals that cannot be read.</param>
internal sealed class BalancePost(MemberId member, string topic, MqttLink link, Action<HeldPeriod> tooLate, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Longer than an exchange waits for the homes, so that a home waits in vain only for a message that was lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private ITimer? _timer;

    /// <summary>The period that waits; null where none does.</summary>
    public HeldPeriod? Held { get; private set; }

    /// <summary>Holds a period and tells what the home would take in it.</summary>
    public async Task HoldAsync(HeldPeriod held, PlannedDemand running, CancellationToken cancellation)
    {
        Held = held;
        _timer?.Dispose();
        _timer = time.CreateTimer(_ => tooLate(held), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            await link.PublishAsync(topic, WireFormat.Write(new MemberPlan(member, held.Result.Period, [running])), retain: false, cancellation).ConfigureAwait(false);
        }
        catch (MqttLinkException failure)
        {
            logger.LogDebug("How the home runs was not told: {Why}", failure.Message);
        }
    }

    /// <summary>An order has come in the meantime, and the home does otherwise.</summary>
    public void RunsOtherwise(Delivery delivery) => Held = Held is { } held && held.Delivery.Period == delivery.Period ? held with { Delivery = delivery } : Held;

    /// <summary>The held period, run by the signal; null where it is of another, or cannot be read.</summary>
    public HeldPeriod? Take(MqttMessage message)
    {
        if (!WireFormat.TryReadBalance(message.Payload.Span, out var signal, out var error))
        {
            logger.LogWarning("A signal for balancing cannot be used: {Error}", error);
            return null;
        }

        return Held is { } held && held.Result.Period == signal.Period
            ? Release() with { Delivery = held.Market.Agent.Balance(signal) ?? held.Delivery }
            : null;
    }

    /// <summary>What is held is held no longer.</summary>
    public HeldPeriod Release()
    {
        var held = Held!;
        Held = null;
        _timer?.Dispose();
        return held;
    }

    public void Dispose() => _timer?.Dispose();
}
