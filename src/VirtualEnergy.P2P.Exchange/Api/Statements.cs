using System.Collections.Immutable;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>Members' statements: what the chain's log says of money, and the journal of what it was for.</summary>
public sealed class Statements(ExchangeOptions options, MemberDirectory members, ExchangeJournal journal, EscrowHistory history, SettlementCadence cadence)
{
    /// <param name="member">One of the community.</param>
    /// <param name="from">First period shown, by when money moved.</param>
    /// <param name="to">Last period shown, likewise.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="EthereumException">The chain does not answer.</exception>
    /// <exception cref="Settlement.Funds.FundsHistoryException">The journal and the chain cannot both be right.</exception>
    public async Task<StatementView> OfAsync(MemberId member, Period? from, Period? to, CancellationToken cancellation)
    {
        var slot = DeltaWords.SlotOf(await history.LaneOfAsync(Address.FromMember(member), cancellation));
        var (block, all) = await history.ReadAsync(cancellation);
        var events = MemberEvents.InOrderOf(slot, all);
        var chain = await history.BalanceAtAsync(Address.FromMember(member), block, cancellation);
        var lines = new StatementLines(new JournalPages(journal), options.Rules.Grid, member);
        var walk = new StatementWalk(lines, journal.FirstCleared()?.Previous ?? default, await history.IsWideAsync(Address.FromMember(member), cancellation));
        var entries = new List<StatementEntryView>();
        var opening = Money.Zero;
        foreach (var entry in events.Where(entry => entry.Member is null || entry.Member == member))
        {
            var entered = walk.Take(entry);
            if (from is { } first && walk.At < first)
            {
                opening = walk.Funds.Balance;
            }
            else if (to is null || walk.At <= to)
            {
                entries.AddRange(entered);
            }
        }

        var closing = entries.Count > 0 ? entries[^1].BalanceMicroEur : opening.MicroEur;
        var waiting = to is null ? Waiting(lines, walk, events) : [];
        entries.AddRange(waiting);
        return new StatementView(
            member.Value, members.Find(member)?.Name ?? member.Value, from?.Index, to?.Index, opening.MicroEur, [.. entries], closing, block, chain.MicroEur,
            waiting.Sum(entry => entry.AmountMicroEur), waiting.Where(entry => entry.State == "committed").Sum(entry => entry.AmountMicroEur),
            entries.Sum(entry => entry.Metered?.SupplierMicroEur ?? 0));
    }

    // What is committed, then rounds, then deviations: the order in which the chain takes them does not change the sum.
    private ImmutableArray<StatementEntryView> Waiting(StatementLines lines, StatementWalk walk, ImmutableArray<EscrowEvent> events)
    {
        if (journal.LastCleared() is not { } last)
        {
            return [];
        }

        var traded = events.LastOrDefault(entry => entry.Kind is EscrowEventKind.Settled or EscrowEventKind.RootsCommitted)?.Period;
        var metered = events.LastOrDefault(entry => entry.Kind == EscrowEventKind.SettledMetered)?.Period;
        var committed = walk.Committed.Select(line => line with { View = line.View with { State = "committed", MovesWith = cadence.MovesWith(new Period(line.View.Period)).Index } });
        var pending = journal.Rounds(new Period((traded?.Index ?? -1) + 1), last).Select(lines.Traded)
            .Concat(journal.Deviations(new Period((metered?.Index ?? -1) + 1), last).Select(lines.Metered))
            .Select(line => line with { View = line.View with { State = "pending" } });
        var balance = walk.Funds.Balance;
        return [.. committed.Concat(pending).Where(line => line.IsHers).Select(line => line.View with
        {
            AmountMicroEur = line.Delta.MicroEur, BalanceMicroEur = (balance += line.Delta).MicroEur,
        })];
    }
}
