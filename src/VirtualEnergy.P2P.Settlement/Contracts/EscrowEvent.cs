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

    /// <summary>A trading period was settled.</summary>
    Settled,

    /// <summary>The deviations of a period were settled.</summary>
    SettledMetered,

    /// <summary>A trading period was undone.</summary>
    RolledBack,

    /// <summary>The deviations of a period were undone.</summary>
    RolledBackMetered,
}

/// <summary>One entry of an escrow's log that moves balances.</summary>
/// <param name="Member">Whose, for money that comes or goes; null where a batch moves everybody's.</param>
/// <param name="Amount">µEUR; zero for batches, whose amounts stand in their deltas.</param>
/// <param name="Period">Of batches: the period traded or metered.</param>
public sealed record EscrowEvent(
    EscrowEventKind Kind, MemberId? Member, Money Amount, Period? Period, ulong Block, ulong Index, Hash256 Transaction);

/// <summary>A member's balance on the chain and what she asked to be paid, as the escrow's events move them. µEUR.</summary>
/// <param name="Balance">Her lane.</param>
/// <param name="Requested">Asked for and not paid.</param>
public readonly record struct EscrowAccount(Money Balance, Money Requested)
{
    /// <param name="entry">One of hers, or a batch.</param>
    /// <param name="delta">What the batch moved of hers, + received; nothing for other events.</param>
    public EscrowAccount After(EscrowEvent entry, Money delta) => entry.Kind switch
    {
        EscrowEventKind.Deposited => this with { Balance = Balance + entry.Amount },
        EscrowEventKind.WithdrawalRequested => new EscrowAccount(Balance - (entry.Amount - Requested), entry.Amount),
        EscrowEventKind.WithdrawalCancelled or EscrowEventKind.WithdrawalReduced => new EscrowAccount(Balance + entry.Amount, Requested - entry.Amount),
        EscrowEventKind.Withdrawn => entry.Amount == Requested ? this with { Requested = Money.Zero } : default, // else by the exit: all she had
        EscrowEventKind.Settled or EscrowEventKind.SettledMetered => this with { Balance = Balance + delta },
        _ => Undone(delta),
    };

    // What the lane has no more comes out of the request.
    private EscrowAccount Undone(Money delta) => Balance - delta is var left && left < Money.Zero
        ? new EscrowAccount(Money.Zero, Requested + left) : this with { Balance = left };
}
