using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>Members' statements: what the chain's log says of money, and the journal of what it was for.</summary>
public sealed class Statements(ExchangeOptions options, MemberDirectory members, ExchangeJournal journal, EscrowHistory history)
{
    /// <param name="member">One of the community.</param>
    /// <param name="from">First period shown.</param>
    /// <param name="to">Last period shown.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    public async Task<StatementView> OfAsync(MemberId member, Period? from, Period? to, CancellationToken cancellation)
    {
        var (block, events) = await history.ReadAsync(cancellation);
        var pages = new JournalPages(journal);
        var chain = await history.BalanceAtAsync(Address.FromMember(member), block, cancellation);
        var entries = new List<StatementEntryView>();
        var (account, opening) = (default(EscrowAccount), Money.Zero);
        var at = journal.FirstCleared()?.Previous ?? default;
        foreach (var entry in events.Where(entry => entry.Member is null || entry.Member == member))
        {
            at = entry.Kind == EscrowEventKind.Settled ? entry.Period!.Value : at;
            var of = Entry(pages, entry, member, at);
            var after = account.After(entry, of.Delta);
            if (from is { } first && at < first)
            {
                opening = after.Balance;
            }
            else if ((to is null || at <= to) && (of.View.Traded is not null || of.View.Metered is not null || after != account))
            {
                entries.Add(of.View with { AmountMicroEur = (after.Balance - account.Balance).MicroEur, BalanceMicroEur = after.Balance.MicroEur });
            }

            account = after;
        }

        var closing = entries.Count > 0 ? entries[^1].BalanceMicroEur : opening.MicroEur;
        var settled = entries.Count;
        if (to is null)
        {
            AddPending(pages, entries, events, member, account.Balance);
        }

        return new StatementView(
            member.Value, members.Find(member)?.Name ?? member.Value, from?.Index, to?.Index, opening.MicroEur, [.. entries], closing, block, chain.MicroEur,
            entries.Skip(settled).Sum(entry => entry.AmountMicroEur), entries.Sum(entry => entry.Metered?.SupplierMicroEur ?? 0));
    }

    // Rounds first, then deviations: the order in which the chain takes them does not change the sum.
    private void AddPending(JournalPages pages, List<StatementEntryView> entries, ImmutableArray<EscrowEvent> events, MemberId member, Money balance)
    {
        var lastTraded = LastOf(EscrowEventKind.Settled);
        var lastMetered = LastOf(EscrowEventKind.SettledMetered);
        if (journal.LastCleared() is not { } last)
        {
            return;
        }

        var pending = journal.Rounds(new Period((lastTraded?.Index ?? -1) + 1), last).Select(round => Traded(round, member))
            .Concat(journal.Deviations(new Period((lastMetered?.Index ?? -1) + 1), last).Select(deviations => Metered(pages, deviations, member)));
        foreach (var (view, delta) in pending.Where(entry => entry.View.Traded is not null || entry.View.Metered is not null))
        {
            balance += delta;
            entries.Add(view with { AmountMicroEur = delta.MicroEur, BalanceMicroEur = balance.MicroEur });
        }

        Period? LastOf(EscrowEventKind kind) => events.LastOrDefault(entry => entry.Kind == kind)?.Period;
    }

    private (StatementEntryView View, Money Delta) Entry(JournalPages pages, EscrowEvent entry, MemberId member, Period at)
    {
        (StatementEntryView View, Money Delta) found = entry.Kind switch
        {
            EscrowEventKind.Settled when pages.Round(entry.Period!.Value) is { } round => Traded(round, member),
            EscrowEventKind.SettledMetered when pages.Deviations(entry.Period!.Value) is { } deviations => Metered(pages, deviations, member),
            EscrowEventKind.RolledBack when pages.Round(entry.Period!.Value) is { } round => Traded(round, member) with { View = Plain("rolled-back", round.Period) },
            EscrowEventKind.RolledBackMetered when pages.Deviations(entry.Period!.Value) is { } deviations =>
                Metered(pages, deviations, member) with { View = Plain("deviation-rolled-back", deviations.Period) },
            _ => (Plain(CodeOf(entry.Kind), entry.Period ?? at), Money.Zero),
        };
        return (found.View with { Block = entry.Block, Transaction = entry.Transaction.ToString() }, found.Delta);
    }

    private (StatementEntryView View, Money Delta) Traded(JournalledRound round, MemberId member)
    {
        var trades = round.Trades.Where(trade => trade.Buyer == member || trade.Seller == member).ToList();
        Energy Sum(Func<Trade, bool> which) => trades.Where(which).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);
        var delta = DeltaOf(round.Deltas(), member);
        var fees = trades.Where(trade => trade.Buyer == member).Aggregate(Money.Zero, (sum, trade) => sum + trade.GridFeeAmount + trade.SpreadAmount)
            + round.Charges.Where(charge => charge.Member == member).Aggregate(Money.Zero, (sum, charge) => sum + charge.Amount);
        return (Plain("trades", round.Period) with
        {
            Traded = trades.Count == 0 && delta == Money.Zero ? null : new TradedView(
                Sum(trade => trade.Buyer == member).WattHours, Sum(trade => trade.Seller == member).WattHours, fees.MicroEur),
        }, delta);
    }

    private (StatementEntryView View, Money Delta) Metered(JournalPages pages, JournalledDeviations deviations, MemberId member)
    {
        var delta = DeltaOf(deviations.Settled().Deltas, member);
        var found = deviations.Result.Positions.Where(position => position.Settled.Position.Member == member).Take(1).ToList();
        if (found is not [var published])
        {
            return (Plain("deviation", deviations.Period), delta);
        }

        // All that she took or fed in and did not trade, with anyone: what is matched is a trade as well.
        var supplier = published.Settled.Supplier + published.Unfunded;
        return (Plain("deviation", deviations.Period) with
        {
            Metered = new MeteredView(
                PositionView.Of(published),
                [.. deviations.Result.Corrections.Where(correction => correction.Correction.Member == member).Select(CorrectionView.Of)],
                pages.Round(deviations.Period)?.Supplier?.CostOf(supplier).MicroEur),
        }, delta);
    }

    private StatementEntryView Plain(string kind, Period period) => new(kind, period.Index, options.Rules.Grid.StartOf(period), 0, 0, null, null);

    private static Money DeltaOf(ImmutableArray<MemberDelta> deltas, MemberId member) =>
        deltas.Where(delta => delta.Member == member).Aggregate(Money.Zero, (sum, delta) => sum + delta.Delta);

    private static string CodeOf(EscrowEventKind kind) => kind switch
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
