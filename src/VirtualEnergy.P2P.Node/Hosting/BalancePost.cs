using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>A period that a home runs.</summary>
/// <param name="Market">The market that it is of.</param>
/// <param name="Result">The round's.</param>
/// <param name="Delivery">What the home does: by its own trades, or by the signal with which the members balance the period.</param>
internal sealed record RunPeriod(JoinedMarket Market, RoundResult Result, Delivery Delivery);

/// <summary>
/// A home's part in balancing the period that runs: it tells the exchange what it would take, as load and sun turn out, and waits for the signal; a home with a real meter tells
/// anew when a third of the period is over.
/// </summary>
/// <remarks>Not safe for concurrent use; what runs later asks for its turn.</remarks>
/// <param name="member">The home.</param>
/// <param name="topic">Where it tells.</param>
/// <param name="link">The broker.</param>
/// <param name="goOn">Called when it is certain how the home runs a period.</param>
/// <param name="turn">Runs something when nothing else of the node runs.</param>
/// <param name="stopping">The node stops.</param>
/// <param name="time">How long a signal is waited for.</param>
/// <param name="logger">Told of signals that cannot be read, or do not come.</param>
internal sealed class BalancePost(
    MemberId member, string topic, MqttLink link, Func<RunPeriod, CancellationToken, Task> goOn, Func<Func<Task>, CancellationToken, Task> turn, TimeProvider time,
    ILogger logger, CancellationToken stopping) : IDisposable
{
    /// <summary>Longer than an exchange waits for the homes, so that a home waits in vain only for a message that was lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private RunPeriod? _held;
    private ITimer? _timer;

    /// <summary>Whether a period waits for its signal; as long the home does not know what its devices hold when the next begins.</summary>
    public bool IsHolding => _held is not null;

    /// <summary>Waits until a third of a period is over and says what the real meter counted in it; null where the home's devices count.</summary>
    public Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>>? Meter { get; set; }

    /// <summary>The home runs a period: by its own trades, where nobody answers what it tells.</summary>
    /// <param name="isAwaited">Whether the home told a plan for the period, so that it is asked.</param>
    public async Task RunAsync(RunPeriod run, bool isAwaited, CancellationToken cancellation)
    {
        if (!run.Result.Balances || !isAwaited || run.Market.Agent.Running is not { } running)
        {
            await goOn(run, cancellation).ConfigureAwait(false);
            return;
        }

        _held = run;
        _timer?.Dispose();
        _timer = time.CreateTimer(_ => _ = GoOnWithoutAsync(run.Result.Period), null, Patience, Timeout.InfiniteTimeSpan);
        await TellAsync(run.Result.Period, running, cancellation).ConfigureAwait(false);
        if (Meter is { } meter)
        {
            _ = TellLaterAsync(meter, run.Market, run.Result.Period);
        }
    }

    /// <summary>An order has come in the meantime, and the home does otherwise.</summary>
    public void Amended(Delivery delivery) => _held = _held is { } held && held.Delivery.Period == delivery.Period ? held with { Delivery = delivery } : _held;

    /// <summary>The handler of <see cref="Topics.Balance"/>.</summary>
    /// <returns>What a home with a real meter does otherwise in the rest of the period that runs; null where nothing changes, or the period was still held.</returns>
    public async Task<Delivery?> TakeAsync(MqttMessage message, JoinedMarket? market, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadBalance(message.Payload.Span, out var signal, out var error))
        {
            logger.LogWarning("A signal for balancing cannot be used: {Error}", error);
            return null;
        }

        if (_held is { } held && held.Result.Period == signal.Period)
        {
            _held = held with { Delivery = held.Market.Agent.Balance(signal) ?? held.Delivery };
            await ReleaseAsync(cancellation).ConfigureAwait(false);
            return null;
        }

        return Meter is not null && market?.LastDelivered == signal.Period ? market.Agent.Balance(signal) : null;
    }

    /// <summary>What is held is held no longer.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (_held is { } held)
        {
            _held = null;
            _timer?.Dispose();
            await goOn(held, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private Task GoOnWithoutAsync(Period period) => LaterAsync(() =>
    {
        if (_held?.Result.Period != period)
        {
            return Task.CompletedTask;
        }

        logger.LogWarning("No signal for balancing period {Period} has come; the home runs it by its own trades.", period);
        return ReleaseAsync(stopping);
    });

    private async Task TellLaterAsync(Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>> meter, JoinedMarket market, Period period)
    {
        try
        {
            if (await meter(period, market.Description.Rules.Grid, stopping).ConfigureAwait(false) is { } counts)
            {
                await LaterAsync(() =>
                {
                    market.Agent.TurnsOut(period, counts.Import - counts.Export);
                    return market.LastDelivered == period && market.Agent.Running is { } running ? TellAsync(period, running, stopping) : Task.CompletedTask;
                }).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            logger.LogDebug("How period {Period} turns out was not told: the node stops.", period);
        }
    }

    private async Task LaterAsync(Func<Task> work)
    {
        try
        {
            await turn(work, stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug(failure, "A period that runs was not followed to its end.");
        }
    }

    private async Task TellAsync(Period period, PlannedDemand running, CancellationToken cancellation)
    {
        try
        {
            await link.PublishAsync(topic, WireFormat.Write(new MemberPlan(member, period, [running])), retain: false, cancellation).ConfigureAwait(false);
        }
        catch (MqttLinkException failure)
        {
            logger.LogDebug("How the home runs was not told: {Why}", failure.Message);
        }
    }
}
