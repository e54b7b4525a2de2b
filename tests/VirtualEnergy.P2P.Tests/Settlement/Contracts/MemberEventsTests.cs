using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Contracts;

public sealed class MemberEventsTests
{
    /// <summary>She asks for money between two parts of a batch: before or after it moved hers, by her slot.</summary>
    [Theory]
    [InlineData(3, new[] { EscrowEventKind.Settled, EscrowEventKind.WithdrawalRequested })]
    [InlineData(4, new[] { EscrowEventKind.WithdrawalRequested, EscrowEventKind.Settled })]
    [InlineData(99, new[] { EscrowEventKind.WithdrawalRequested, EscrowEventKind.Settled })]
    public void A_batch_stands_where_the_part_with_her_slot_was(int slot, EscrowEventKind[] order)
    {
        var events = MemberEvents.InOrderOf(slot, [Part(0), Of(EscrowEventKind.WithdrawalRequested), Part(4), Of(EscrowEventKind.Settled)]);
        Assert.Equal(order, events.Select(entry => entry.Kind));
    }

    [Fact]
    public void A_part_that_was_undone_counts_no_more()
    {
        EscrowEvent[] log =
        [
            Part(0), Part(4), Undone(4), Of(EscrowEventKind.Deposited), Part(4), Undone(7), Part(7), Of(EscrowEventKind.SettledMetered), Of(EscrowEventKind.Settled),
        ];
        Assert.Equal([EscrowEventKind.Deposited, EscrowEventKind.SettledMetered, EscrowEventKind.Settled], MemberEvents.InOrderOf(5, log).Select(entry => entry.Kind));
        Assert.Equal([EscrowEventKind.SettledMetered, EscrowEventKind.Deposited, EscrowEventKind.Settled], MemberEvents.InOrderOf(2, log).Select(entry => entry.Kind));
    }

    [Fact]
    public void What_is_not_finished_has_not_moved_yet() => Assert.Empty(MemberEvents.InOrderOf(0, [Part(0), Part(4)]));

    private static EscrowEvent Part(int from) => Of(EscrowEventKind.PartSettled) with { Slot = from };

    private static EscrowEvent Undone(int slot) => Of(EscrowEventKind.PartUndone) with { Slot = slot };

    private static EscrowEvent Of(EscrowEventKind kind) => new(kind, null, Money.Zero, new Period(7), 1, 0, default);
}
