using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>An entry of a member's statement before its balance is known.</summary>
/// <param name="Delta">What it does to her balance, + received.</param>
internal readonly record struct StatementLine(StatementEntryView View, Money Delta)
{
    /// <summary>She traded, or was metered, or money moved.</summary>
    public bool IsHers => View.Traded is not null || View.Metered is not null || Delta != Money.Zero;
}

/// <summary>What stands on a member's statement of a round, a metered period, or another event: by the journal, which knows what money was for.</summary>
internal sealed class StatementLines(JournalPages pages, PeriodGrid grid, MemberId member)
{
    /// <summary>A round of the journal as trades; null where the journal does not have it.</summary>
    public StatementLine? Traded(Period period) => pages.Round(period) is { } round ? Traded(round) : null;

    /// <summary>A metered period of the journal; null where it does not have it.</summary>
    public StatementLine? Metered(Period period) => pages.Deviations(period) is { } deviations ? Metered(deviations) : null;

    public StatementLine Traded(JournalledRound round)
    {
        var trades = round.Trades.Where(trade => trade.Buyer == member || trade.Seller == member).ToList();
        Energy Sum(Func<Trade, bool> which) => trades.Where(which).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);
        var delta = DeltaOf(round.Deltas());
        var fees = trades.Where(trade => trade.Buyer == member).Aggregate(Money.Zero, (sum, trade) => sum + trade.GridFeeAmount + trade.SpreadAmount)
            + round.Charges.Where(charge => charge.Member == member).Aggregate(Money.Zero, (sum, charge) => sum + charge.Amount);
        return new StatementLine(Plain("trades", round.Period) with
        {
            Traded = trades.Count == 0 && delta == Money.Zero ? null : new TradedView(
                Sum(trade => trade.Buyer == member).WattHours, Sum(trade => trade.Seller == member).WattHours, fees.MicroEur),
        }, delta);
    }

    public StatementLine Metered(JournalledDeviations deviations)
    {
        var delta = DeltaOf(deviations.Settled().Deltas);
        var found = deviations.Result.Positions.Where(position => position.Settled.Position.Member == member).Take(1).ToList();
        if (found is not [var published])
        {
            return new StatementLine(Plain("deviation", deviations.Period), delta);
        }

        // All that she took or fed in and did not trade, with anyone: what is matched is a trade as well.
        var supplier = published.Settled.Supplier + published.Unfunded;
        return new StatementLine(Plain("deviation", deviations.Period) with
        {
            Metered = new MeteredView(
                PositionView.Of(published),
                [.. deviations.Result.Corrections.Where(correction => correction.Correction.Member == member).Select(CorrectionView.Of)],
                pages.Round(deviations.Period)?.Supplier?.CostOf(supplier).MicroEur),
        }, delta);
    }

    /// <summary>An entry that is nothing but money.</summary>
    public StatementEntryView Plain(string kind, Period period) => new(kind, period.Index, grid.StartOf(period), 0, 0, "settled", null, null);

    private Money DeltaOf(ImmutableArray<MemberDelta> deltas) =>
        deltas.Where(delta => delta.Member == member).Aggregate(Money.Zero, (sum, delta) => sum + delta.Delta);

    public static string CodeOf(EscrowEventKind kind) => kind switch
    {
        EscrowEventKind.Deposited => "deposit",
        EscrowEventKind.WithdrawalRequested => "withdrawal",
        EscrowEventKind.WithdrawalCancelled => "withdrawal-cancelled",
        EscrowEventKind.WithdrawalReduced => "withdrawal-reduced",
        EscrowEventKind.Withdrawn => "paid",
        EscrowEventKind.Settled => "trades",
        EscrowEventKind.SettledMetered => "deviation",
        EscrowEventKind.RolledBack => "rolled-back",
        _ => "deviation-rolled-back",
    };
}
