using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// Runs the rounds, one period after another and none left out: opens the gate and says so, closes it, clears, writes the
/// result down, publishes it and hands it to settlement. It waits for the gate and for the disk, for nothing else.
/// </summary>
public sealed class RoundClock(
    ExchangeOptions options, RunPlan plan, IGate gate, OpenRound open, MemberDirectory members, ExchangeJournal journal, FundsLedger ledger,
    RoundHistory history, CommunityAccounts accounts, DeviationBook book, DeviationClock deviations, SettlementWorker settlement, RealTimePricing pricing, RoundSeeds seeds, FundsWatch watch, PlanDesk plans, BalanceDesk balance, PlanBook planned, MarketPublisher publisher, Topics topics, MarketViews views,
    LiveFeed live, TimeProvider time, ILogger<RoundClock> logger) : BackgroundService
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

        settlement.CompleteAfterLast();
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

        ledger.Clear(round.Period, round.Deltas);
        accounts.Clear(round.Period, round.Trades, journalled.Charges, journalled.Supplier);
        book.Clear(journalled);
        deviations.Changed();
        history.Add(journalled, bids);
        settlement.Enqueue(journalled); // works on its own from here
        var result = journalled.Result() with { Balances = balance.Begin(round.Period, planned.PlannersOf(round.Period), round.Trades) };
        publisher.SendRetained(topics.RoundResult, WireFormat.Write(result));
        plans.Tell(round.Period.Next);
        watch.Cleared(journalled, bids);
        Tell(journalled, time.GetElapsedTime(start));
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

    private void Tell(JournalledRound round, TimeSpan duration)
    {
        logger.LogInformation(
            "Period {Period} cleared: {Bids} bids, {Trades} trades, {Volume} Wh at {Price} µEUR/kWh, in {Milliseconds:0.0} ms.",
            round.Period.Index, round.Bids, round.Trades.Length, round.Volume.WattHours, round.Price?.MicroEurPerKWh, duration.TotalMilliseconds);
        options.Progress?.Report(new RoundCleared(round.Period, round.Price, round.Volume, round.Bids, round.Trades.Length, duration));
        live.Changed(views.Of(new PastRound(round, null)));
        live.Traded([.. round.Trades.Take(RoundHistory.KeptTrades).Select(trade => MarketViews.Of(round.Period, trade))]);
        live.Changed(LivePart.Now);
        live.Changed(LivePart.Book);
        live.Changed(LivePart.Members);
        live.Changed(LivePart.Chain);
    }
}
