using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Payments;

/// <summary>The payment of one line of a statement, or of what it owes the system operator.</summary>
/// <param name="Statement">Its statement's number.</param>
/// <param name="Deposit">To whom, how much, and the statement's hash.</param>
internal sealed record MemberPayment(int Statement, ReferencedDeposit Deposit)
{
    /// <summary>Every transaction that was signed for it and is not known to be dead, oldest first, all under one nonce: one of them may be mined.</summary>
    public ImmutableArray<SignedTransaction> Versions { get; init; } = [];

    /// <summary>Not a member's line: what the provider owes the system operator by the statement, transferred to its account with the hash behind it.</summary>
    public bool IsOperators { get; init; }

    /// <summary>What booked it; null until then.</summary>
    public (Hash256 Transaction, long Block, Money Received)? Paid { get; init; }

    /// <summary>Why what was signed before is dead; null where nothing was.</summary>
    public string? Failed { get; init; }

    public bool IsInFlight => Paid is null && !Versions.IsEmpty;

    public bool Waits => Paid is null && Versions.IsEmpty;
}
