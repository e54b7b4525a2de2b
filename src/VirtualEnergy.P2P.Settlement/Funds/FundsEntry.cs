using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Funds;

/// <summary>What moved a member's money in the escrow.</summary>
public enum FundsEntryKind
{
    /// <summary>Money was paid in for her.</summary>
    Deposit,

    /// <summary>She asked for money: it left her balance and waits.</summary>
    WithdrawalRequest,

    /// <summary>She put what she had asked for back into her balance.</summary>
    WithdrawalCancelled,

    /// <summary>The batch that comes next took some of what she had asked for, as her balance did not reach.</summary>
    WithdrawalReduced,

    /// <summary>She was paid what she had asked for.</summary>
    Withdrawal,

    /// <summary>She was paid all that she had, as the exit is open.</summary>
    Exit,

    /// <summary>A period's trades were settled.</summary>
    Trades,

    /// <summary>A period's metered deviations were settled.</summary>
    Deviations,

    /// <summary>A period's trades were undone after fraud was proved.</summary>
    TradesRolledBack,

    /// <summary>A period's deviations were undone after fraud was proved.</summary>
    DeviationsRolledBack,
}

/// <summary>One movement of a member's money, as the chain has it.</summary>
/// <param name="Member">Whose money.</param>
/// <param name="Kind">What moved it.</param>
/// <param name="Before">Her money before.</param>
/// <param name="After">Her money after.</param>
/// <param name="Period">The period that was settled or undone; null for deposits and withdrawals.</param>
/// <param name="Other">Who paid in, or who is paid; null for settlements.</param>
/// <param name="Block">Where it stands.</param>
/// <param name="At">The block's time.</param>
/// <param name="Transaction">What did it.</param>
public sealed record FundsEntry(
    Address Member, FundsEntryKind Kind, FundsState Before, FundsState After, Period? Period, Address? Other, ulong Block, DateTimeOffset At, Hash256 Transaction)
{
    /// <summary>What it did to the balance that she can trade with: + is more.</summary>
    public Money BalanceChange => After.Balance - Before.Balance;

    /// <summary>What it did to what she has in the escrow in all: + is more, − was paid out or away.</summary>
    public Money Change => After.Total - Before.Total;
}

/// <summary>The chain's events do not add up to the chain's state, or cannot be read. The message says which and why.</summary>
public sealed class FundsHistoryException(string message) : Exception(message);
