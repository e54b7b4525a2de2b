using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// Runs the rounds, one period after another and none left out: opens the gate and says so, closes it, clears, writes the
/// result down and hands it on (<see cref="ClearedRounds"/>). It waits for the gate and for the disk, for nothing else.
/// </summary>
public sealed class RoundClock(
    ExchangeOptions options, RunPlan plan, IGate gate, OpenRound open, MemberDirectory members, ExchangeJournal journal, DeviationClock deviations, RealTimePricing pricing, RoundSeeds seeds, ClearedRounds cleared,
    MarketPublisher publisher, Topics topics, LiveFeed live, TimeProvider time, ILogger<RoundClock> logger) : BackgroundService
{
    private static readonly TimeSpan JournalRetry = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _allCleared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the last planned round is cleared; never where no end is planned.</summary>
    public Task AllCleared => _allCleared.Task;

    /// <summary>False when a gate stands open well past its time: something holds the clock up.</summary>
    public bool IsOnTime => open.GateClosesAt is not { } closes || time.GetUtcNow() <= closes + TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var period = plan.First; plan.Last is not { } last || period <= last; period = period.Next)
        {
            await RunAsync(period, stoppingToken);
        }

        cleared.Complete();
        _allCleared.TrySetResult();
    }

    private async Task RunAsync(Period period, CancellationToken cancellation)
    {
        if (options.Rules.RealTimePrice is null)
        {
            await AuctionAsync(period, cancellation);
        }
        else
        {
            await PriceAsync(period, cancellation);
        }
    }

    private async Task PriceAsync(Period period, CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await gate.WaitForClosureAsync(period, pricing.EveryoneIsMeteredAsync(waiting.Token), cancellation);
        await waiting.CancelAsync();
        await ConcludeAsync(pricing.RoundOf(period), [], time.GetTimestamp(), cancellation);
    }

    private async Task AuctionAsync(Period period, CancellationToken cancellation)
    {
        var seed = await KeptAsync(period, () => seeds.OfAsync(period), cancellation);
        var closesAt = gate.ClosesAt(period);
        var resumed = period == plan.First ? journal.Bids(period) : [];
        var everyoneHasBid = open.Open(period, closesAt, members.Active, resumed);
        publisher.SendRetained(
            topics.RoundOpen, WireFormat.Write(new RoundAnnouncement(period, options.Rules.Grid.StartOf(period), closesAt)
            {
                SeedCommitment = RoundSeeds.CommitmentOf(period, seed),
            }));
        live.Changed(LivePart.Now);
        logger.LogDebug("Period {Period} is open until {ClosesAt:O}, with {Bids} bids from before.", period.Index, closesAt, resumed.Count);

        await gate.WaitForClosureAsync(period, everyoneHasBid, cancellation);
        await deviations.CloseBeforeAsync(period, closesAt, cancellation);
        var start = time.GetTimestamp();
        var bids = await open.CloseAsync();
        live.Changed(LivePart.Now); // the price is counted, the trades are not paired yet
        await ConcludeAsync(RoundCalculator.Clear(period, bids, members.Zones, options.Rules, seed ?? default, members.Green), bids, start, cancellation);
    }

    private async Task ConcludeAsync(Round round, ImmutableArray<SignedBid> bids, long start, CancellationToken cancellation)
    {
        var journalled = Journalled(round);
        await KeptAsync(
            round.Period,
            async () =>
            {
                await journal.AppendRoundAsync(journalled);
                return journalled;
            },
            cancellation);

        cleared.Take(round, journalled, bids, time.GetElapsedTime(start));
    }

    private JournalledRound Journalled(Round round)
    {
        var commitment = RoundCommitment.Of(round);
        return new JournalledRound(
            round.Period, round.Clearing.Price, round.Clearing.Interval, round.Clearing.Volume, round.Bids.Length, round.Trades,
            commitment.BidsRoot, commitment.TradesRoot, commitment.RoundHash, options.Tariff?.At(round.Period))
        {
            Charges = round.Clearing.Charges, Accounts = options.Rules.Accounts, Seed = round.Seed,
        };
    }

    // A result or a promise that is not durable must not be told, so a full disk holds the market up until there is room again.
    private async Task<T> KeptAsync<T>(Period period, Func<Task<T>> write, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (JournalException failure)
            {
                logger.LogError(failure, "Round {Period} waits: it cannot be written down.", period.Index);
                await Task.Delay(JournalRetry, time, cancellation);
            }
        }
    }
}
