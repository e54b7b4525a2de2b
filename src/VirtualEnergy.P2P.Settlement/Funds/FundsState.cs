using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Funds;

/// <summary>A member's money in the escrow, and the contract's rules for moving it (<c>contracts/EnergySettlement.sol</c>).</summary>
/// <param name="Balance">What she trades with. 0 to 2^42 − 1 µEUR.</param>
/// <param name="Requested">What she asked for and was not paid yet. µEUR, 0 or more.</param>
public readonly record struct FundsState(Money Balance, Money Requested)
{
    /// <summary>The most that a lane holds.</summary>
    public static readonly Money MostBalance = new((1L << DeltaWords.LaneBits) - 1);

    /// <summary>Whether it is a wide account's, which a lane's bound does not concern.</summary>
    public bool IsWide { get; init; }

    /// <summary>All that the escrow owes her.</summary>
    public Money Total => Balance + Requested;

    /// <exception cref="FundsHistoryException">A balance that cannot be.</exception>
    public FundsState Deposited(Money received) => Checked(this with { Balance = Balance + received }, $"a deposit of {received}");

    /// <param name="inAll">All that she has asked for since she was last paid.</param>
    /// <exception cref="FundsHistoryException">More than she had.</exception>
    public FundsState Asked(Money inAll) => Checked(this with { Balance = Total - inAll, Requested = inAll }, $"a request of {inAll} in all");

    /// <exception cref="FundsHistoryException">She had asked for another amount.</exception>
    public FundsState Cancelled(Money amount) =>
        amount == Requested ? Checked(this with { Balance = Total, Requested = Money.Zero }, $"a cancelled request of {amount}") : throw Contradiction($"the cancelled request is of {amount}");

    /// <summary>The batch that comes next takes some of what she asked for.</summary>
    /// <exception cref="FundsHistoryException">She had asked for less.</exception>
    public FundsState Reduced(Money amount) =>
        Checked(new FundsState(Balance + amount, Requested - amount) { IsWide = IsWide }, $"a request of which {amount} were taken");

    /// <summary>The same event tells of a payment that she asked for and of an exit with all that she has; the amount tells which.</summary>
    /// <exception cref="FundsHistoryException">She was paid neither.</exception>
    public (FundsState After, bool IsExit) Paid(Money amount) =>
        amount == Requested ? (this with { Requested = Money.Zero }, false)
        : amount == Total ? (this with { Balance = Money.Zero, Requested = Money.Zero }, true)
        : throw Contradiction($"{amount} were paid out");

    /// <exception cref="FundsHistoryException">She could not have paid it.</exception>
    public FundsState Settled(Money delta) => Checked(this with { Balance = Balance + delta }, $"a settlement of {delta}");

    /// <summary>A settlement is undone: what the lane lacks comes from what she asked for, and what it cannot hold goes there.</summary>
    /// <exception cref="FundsHistoryException">She had not enough for it to be undone.</exception>
    public FundsState RolledBack(Money delta)
    {
        var balance = Balance - delta;
        var kept = balance < Money.Zero ? Money.Zero : balance > Most ? Most : balance;
        return Checked(this with { Balance = kept, Requested = Requested + balance - kept }, $"a settlement of {delta} undone");
    }

    /// <summary>What an event of the escrow's log makes of it.</summary>
    /// <param name="entry">One of hers, or a batch.</param>
    /// <param name="delta">What the batch moved of hers, or what is undone had moved, + received; nothing for other events.</param>
    /// <exception cref="FundsHistoryException">It cannot be.</exception>
    public FundsState After(EscrowEvent entry, Money delta) => entry.Kind switch
    {
        EscrowEventKind.Deposited => Deposited(entry.Amount),
        EscrowEventKind.WithdrawalRequested => Asked(entry.Amount),
        EscrowEventKind.WithdrawalCancelled => Cancelled(entry.Amount),
        EscrowEventKind.WithdrawalReduced => Reduced(entry.Amount),
        EscrowEventKind.Withdrawn => Paid(entry.Amount).After,
        EscrowEventKind.RootsCommitted => this,
        EscrowEventKind.Settled or EscrowEventKind.SettledMetered => Settled(delta),
        _ => RolledBack(delta),
    };

    private Money Most => IsWide ? new Money(long.MaxValue) : MostBalance;

    private FundsState Checked(FundsState after, string by) =>
        after.Balance >= Money.Zero && after.Balance <= Most && after.Requested >= Money.Zero
            ? after
            : throw Contradiction($"{by} would make them {after.Balance} and {after.Requested}");

    private FundsHistoryException Contradiction(string what) =>
        new($"The events contradict themselves: balance {Balance}, asked for {Requested}, and {what}.");
}
