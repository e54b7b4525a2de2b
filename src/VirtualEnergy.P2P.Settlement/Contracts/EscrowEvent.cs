using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What can move a member's balance.</summary>
public enum EscrowEventKind
{
    /// <summary>Money came in for her.</summary>
    Deposited,

    /// <summary>She asked for money; the amount is all that she has asked for and not been paid.</summary>
    WithdrawalRequested,

    /// <summary>What she had asked for went back into her balance.</summary>
    WithdrawalCancelled,

    /// <summary>The batch that comes next takes some of what she had asked for, as her balance does not reach.</summary>
    WithdrawalReduced,

    /// <summary>She was paid.</summary>
    Withdrawn,

    /// <summary>The roots of a trading period were settled; its money moves with a later one.</summary>
    RootsCommitted,

    /// <summary>A trading period was settled, and with it the money of all whose roots alone were settled since the one before.</summary>
    Settled,

    /// <summary>The deviations of a period were settled.</summary>
    SettledMetered,

    /// <summary>A trading period was undone, and where money had moved with it, that of all periods it had moved for.</summary>
    RolledBack,

    /// <summary>The deviations of a period were undone.</summary>
    RolledBackMetered,

    /// <summary>A part of a batch was settled; see <see cref="MemberEvents"/>.</summary>
    PartSettled,

    /// <summary>The last part of a batch was undone, wholly or from a slot on.</summary>
    PartUndone,
}

/// <summary>One entry of an escrow's log that moves balances.</summary>
/// <param name="Member">Whose, for money that comes or goes; null where a batch moves everybody's.</param>
/// <param name="Amount">µEUR; zero for batches, whose amounts stand in their deltas.</param>
/// <param name="Period">Of batches: the period traded or metered.</param>
public sealed record EscrowEvent(
    EscrowEventKind Kind, MemberId? Member, Money Amount, Period? Period, ulong Block, ulong Index, Hash256 Transaction)
{
    /// <summary>Of parts: the slot that was due at the first word, or the first that was undone.</summary>
    public int Slot { get; init; }
}
