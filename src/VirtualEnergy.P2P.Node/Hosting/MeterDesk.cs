using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What the home's meter reads: of a simulated home in simulated time at once when a period is run, and anew where an order changes it; in a market by the clock, and of a real meter,
/// when the period is over. From a real meter the home learns.
/// </summary>
/// <remarks>Not safe for concurrent use; what runs later asks for its turn.</remarks>
/// <param name="member">Whose meter it is.</param>
/// <param name="readings">Signs and sends.</param>
/// <param name="joined">The market that the node takes part in; null before it does.</param>
/// <param name="turn">Runs something when nothing else of the node runs.</param>
/// <param name="logger">Told what a member would want to know.</param>
internal sealed class MeterDesk(MemberId member, ReadingPost readings, Func<JoinedMarket?> joined, Func<Func<Task>, CancellationToken, Task> turn, ILogger logger) : IDisposable
{
    private long _number = 1;
    private AmendedReading? _amended;
    private ReadingsWhenOver? _whenOver;

    /// <summary>Waits for a period's end and says what the real meter counted; null where the home's devices count.</summary>
    public Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>>? Real { get; set; }

    /// <summary>The clock by which the market may go; null where its time is simulated.</summary>
    public TimeProvider? Clock { get; set; }

    /// <summary>Where what a real meter counts is kept; null where it is forgotten.</summary>
    public MeasuredHistory? History { get; set; }

    /// <summary>Whether a reading waits to be sent for the end of the period that runs. Any thread may ask.</summary>
    public bool HasUnsent => _amended?.Unsent is not null;

    /// <summary>A gate is open.</summary>
    public void Announced(RoundAnnouncement round, EthereumKey key, CancellationToken cancellation) => WhenOver(key, cancellation)?.Gates.Announced(round);

    /// <summary>A period has been run.</summary>
    public async Task RanAsync(JoinedMarket market, EthereumKey key, Delivery delivery, CancellationToken cancellation)
    {
        if (Real is { } meter)
        {
            _ = readings.SendWhenOverAsync(
                (period, grid, stopping) => CountAsync(meter, period, grid, stopping), market, key, delivery.Period, (period, counts) => turn(() => LearnAsync(market, period, counts), cancellation),
                cancellation);
            return;
        }

        if (WhenOver(key, cancellation)?.Holds(delivery, market.Description.Rules.Grid) == true)
        {
            return;
        }

        _number = 1;
        await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
    }

    /// <summary>The period that runs goes otherwise from now on: its reading is sent anew, at once or, where orders come fast, once for all of them.</summary>
    public async Task AmendedAsync(JoinedMarket market, EthereumKey key, Delivery delivery, TimeProvider time, CancellationToken cancellation)
    {
        if (_whenOver?.Replaces(delivery) == true)
        {
            return;
        }

        _amended ??= new AmendedReading(() => _ = SendLastAsync(key, cancellation), time);
        if (Real is null && _amended.IsDue(delivery, market.Description.Rules.Grid))
        {
            _number++;
            await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _amended?.Dispose();
        _whenOver?.Dispose();
    }

    private ReadingsWhenOver? WhenOver(EthereumKey key, CancellationToken cancellation) =>
        _whenOver ??= Clock is { } clock ? new ReadingsWhenOver(period => _ = SendOverAsync(period, key, cancellation), clock) : null;

    // By the market's clock the period may be over a little later than by this one.
    private async Task<PeriodCounts?> CountAsync(Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>> meter, Period period, PeriodGrid grid, CancellationToken cancellation)
    {
        var counts = await meter(period, grid, cancellation).ConfigureAwait(false);
        if (counts is not null && Clock is { } clock)
        {
            await Task.Delay(GateLead.Slack, clock, cancellation).ConfigureAwait(false);
        }

        return counts;
    }

    private Task SendOverAsync(Period period, EthereumKey key, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            if (_whenOver?.Take(period) is { } delivery && joined() is { } market)
            {
                _number = 1;
                await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
            }
        },
        cancellation);

    private Task SendLastAsync(EthereumKey key, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            if (joined() is { } market && _amended?.Take() is { } delivery && market.LastDelivered == delivery.Period)
            {
                _number++;
                await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
            }
        },
        cancellation);

    private async Task InTurnAsync(Func<Task> send, CancellationToken cancellation)
    {
        try
        {
            await turn(send, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug(failure, "A reading that waited was not sent.");
        }
    }

    private Task LearnAsync(JoinedMarket market, Period period, PeriodCounts counts)
    {
        if (market.Agent.Counted(period, counts.Import - counts.Export, counts.Production) is { } counted)
        {
            History?.Keep(market.Description.Rules.Grid, counted);
        }

        return Task.CompletedTask;
    }

    private MeteredEnergy Of(Delivery delivery) => new(
        member, delivery.Period, _number, delivery.Import, delivery.Export, delivery.Production, Energy.Max(delivery.Storage, Energy.Zero),
        Energy.Max(-delivery.Storage, Energy.Zero));
}
