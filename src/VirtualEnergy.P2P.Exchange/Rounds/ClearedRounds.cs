using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>Where a round goes that is cleared and durable: into the accounts, to the homes, to the pages, to settlement, in this order. Nothing here waits, and nothing fails the round.</summary>
public sealed class ClearedRounds(
    ExchangeOptions options, CommunityAccounts accounts, DeviationBook book, DeviationClock deviations, RoundHistory history, SettlementWorker settlement, MarketPublisher publisher,
    Topics topics, PlanDesk plans, BalanceDesk balance, PlanBook planned, FundsWatch watch, MarketViews views, LiveFeed live, ILogger<ClearedRounds> logger)
{
    /// <param name="round">As it was computed.</param>
    /// <param name="journalled">As it was written down.</param>
    /// <param name="bids">That the gate closed over.</param>
    /// <param name="duration">From the gate's closure to the disk.</param>
    public void Take(Round round, JournalledRound journalled, ImmutableArray<SignedBid> bids, TimeSpan duration)
    {
        watch.Clear(journalled, bids);
        accounts.Clear(round.Period, round.Trades, journalled.Charges, journalled.Supplier);
        book.Clear(journalled);
        deviations.Changed();
        history.Add(journalled, bids);
        var result = journalled.Result() with { Balances = balance.Begin(round.Period, planned.PlannersOf(round.Period), round.Trades) };

        // Together: a home whose period is balanced plans the next as soon as it has the signal, and is to have the outlook by then.
        publisher.SendRetained([(topics.RoundResult, WireFormat.Write(result)), .. plans.From(round.Period.Next)]);
        watch.TellAll();
        Show(journalled, duration);
        settlement.Enqueue(journalled); // Works on its own from here: nobody hears that a round is settled before it is cleared.
    }

    /// <summary>No other round follows.</summary>
    public void Complete() => settlement.CompleteAfterLast();

    private void Show(JournalledRound round, TimeSpan duration)
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
