using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What the home's meter reads: of a simulated home at once when a period is run, and anew where an order changes it; of a real meter when the period is over, and then the
/// home learns from it.
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

    /// <summary>Waits for a period's end and says what the real meter counted; null where the home's devices count.</summary>
    public Func<Period, PeriodGrid, CancellationToken, Task<PeriodCounts?>>? Real { get; set; }

    /// <summary>Where what a real meter counts is kept; null where it is forgotten.</summary>
    public MeasuredHistory? History { get; set; }

    /// <summary>A period has been run.</summary>
    public async Task RanAsync(JoinedMarket market, EthereumKey key, Delivery delivery, CancellationToken cancellation)
    {
        if (Real is { } meter)
        {
            _ = readings.SendWhenOverAsync(meter, market, key, delivery.Period, (period, counts) => turn(() => LearnAsync(market, period, counts), cancellation), cancellation);
            return;
        }

        _number = 1;
        await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
    }

    /// <summary>The period that runs goes otherwise from now on: its reading is sent anew, at once or, where orders come fast, once for all of them.</summary>
    public async Task AmendedAsync(JoinedMarket market, EthereumKey key, Delivery delivery, TimeProvider time, CancellationToken cancellation)
    {
        _amended ??= new AmendedReading(() => _ = SendLastAsync(key, cancellation), time);
        if (Real is null && _amended.IsDue(delivery, market.Description.Rules.Grid))
        {
            _number++;
            await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _amended?.Dispose();

    private async Task SendLastAsync(EthereumKey key, CancellationToken cancellation)
    {
        try
        {
            await turn(
                async () =>
                {
                    if (joined() is { } market && _amended?.Take() is { } delivery && market.LastDelivered == delivery.Period)
                    {
                        _number++;
                        await readings.SendAsync(market, key, Of(delivery), cancellation).ConfigureAwait(false);
                    }
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            logger.LogDebug(failure, "The last reading of a period that an order changed was not sent.");
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
