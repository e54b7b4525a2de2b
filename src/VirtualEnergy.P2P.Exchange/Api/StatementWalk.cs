using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>
/// Follows one member's money through the escrow's events in the chain's order. Where balances do not move in every period, a round is entered when its money moves, with those that move
/// with it; until then it is <see cref="Committed"/>.
/// </summary>
/// <param name="first">The period before the first round.</param>
/// <param name="isWide">Whether hers is a wide account.</param>
internal sealed class StatementWalk(StatementLines lines, Period first, bool isWide)
{
    // By the period with which money moved: all that moved, so that it can be undone.
    private readonly Dictionary<Period, List<StatementLine>> _moved = [];

    /// <summary>Rounds whose roots the chain has and whose money it has not moved, oldest first.</summary>
    public List<StatementLine> Committed { get; } = [];

    /// <summary>Her money after the last event.</summary>
    public FundsState Funds { get; private set; } = new() { IsWide = isWide };

    /// <summary>The last trading period settled so far.</summary>
    public Period At { get; private set; } = first;

    /// <summary>What the next event enters, each with the balance after it.</summary>
    /// <exception cref="FundsHistoryException">The journal and the chain cannot both be right.</exception>
    public IReadOnlyList<StatementEntryView> Take(EscrowEvent entry)
    {
        var found = LinesOf(entry);
        var (before, balance) = (Funds, Funds.Balance);
        Funds = Funds.After(entry, found.Aggregate(Money.Zero, (sum, line) => sum + line.Delta));
        if (entry.Kind is EscrowEventKind.Settled or EscrowEventKind.SettledMetered)
        {
            return [.. found.Where(line => line.IsHers).Select(line => Entered(entry, line.View, line.Delta, balance += line.Delta))];
        }

        var change = Funds.Balance - before.Balance;
        return Funds == before ? [] : [Entered(entry, lines.Plain(StatementLines.CodeOf(entry.Kind), entry.Period ?? At), change, Funds.Balance)];
    }

    private List<StatementLine> LinesOf(EscrowEvent entry)
    {
        switch (entry.Kind)
        {
            case EscrowEventKind.RootsCommitted:
                At = entry.Period!.Value;
                Committed.AddRange(Of(lines.Traded(At)));
                return [];
            case EscrowEventKind.Settled:
                At = entry.Period!.Value;
                var together = _moved[At] = [.. Committed, .. Of(lines.Traded(At))];
                Committed.Clear();
                return together;
            case EscrowEventKind.SettledMetered:
                return [.. Of(lines.Metered(entry.Period!.Value))];
            case EscrowEventKind.RolledBack:
                return Undone(entry.Period!.Value);
            case EscrowEventKind.RolledBackMetered:
                return [.. Of(lines.Metered(entry.Period!.Value))];
            default:
                return [];
        }
    }

    private List<StatementLine> Undone(Period period)
    {
        var isMoved = _moved.Remove(period, out var together);
        if (isMoved)
        {
            Committed.AddRange(together!); // its roots and those of the others are still there for a moment
        }

        Committed.RemoveAll(line => line.View.Period == period.Index);
        return isMoved ? together! : [];
    }

    private static IEnumerable<StatementLine> Of(StatementLine? line) => line is { } known ? [known] : [];

    private static StatementEntryView Entered(EscrowEvent entry, StatementEntryView view, Money amount, Money balance) => view with
    {
        AmountMicroEur = amount.MicroEur, BalanceMicroEur = balance.MicroEur, Block = entry.Block, Transaction = entry.Transaction.ToString(),
    };
}
