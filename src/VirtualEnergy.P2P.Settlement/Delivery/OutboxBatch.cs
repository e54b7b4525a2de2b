using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Delivery;

/// <summary>What a batch settles. Of each kind there is at most one a period.</summary>
public enum BatchKind
{
    /// <summary>What members traded for the period.</summary>
    Trades,

    /// <summary>What their meters showed to be different.</summary>
    Metered,
}

/// <summary>How far a batch has come on its way to the chain.</summary>
public enum BatchState
{
    /// <summary>Nothing is known to be out: no transaction is signed, or the newest is signed and written down, and goes out next.</summary>
    Prepared,

    /// <summary>A node has a transaction of it, or had one before the chain lost it. Only these bytes are sent again while they can be mined.</summary>
    Sent,

    /// <summary>The chain has it; a reorganisation may take it back.</summary>
    Mined,

    /// <summary>The chain has it, so deep that only a chain that starts again from an older state can lose it.</summary>
    Final,
}

/// <summary>
/// A batch in the outbox: a row that follows it from the first signature until it is final. Immutable and pure; each step is a method, and
/// one that cannot happen throws <see cref="InvalidOperationException"/>.
/// </summary>
/// <remarks>
/// Every version that was ever signed is remembered, as any of them may turn up in a block. Those with the last nonce are the living ones;
/// another nonce is only signed when the one before has gone to another transaction. Should both come back, the contract takes the period once.
/// </remarks>
/// <param name="Kind">What it settles.</param>
/// <param name="Period">Which period of that.</param>
/// <param name="Part">Of a batch that takes several transactions the number of the part, from 1; 0 is the call that settles the period, by its parts or in one piece.</param>
public sealed record OutboxBatch(BatchKind Kind, Period Period, int Part = 0)
{
    public BatchState State { get; private init; } = BatchState.Prepared;

    /// <summary>Keccak-256 of the call's data as it was signed last: what was, or is to be, executed. Zero before the first signature and for what others sent.</summary>
    public Hash256 CallDataHash { get; private init; }

    /// <summary>Every transaction ever signed for it, oldest first.</summary>
    public ImmutableArray<SignedTransaction> Versions { get; private init; } = [];

    /// <summary>The version that was mined, or else the newest; null when the chain had the batch before a transaction was known here.</summary>
    public Hash256? Transaction { get; private init; }

    /// <summary>Where it was mined; with <see cref="Gas"/> null until that was seen.</summary>
    public ulong? Block { get; private init; }

    /// <summary>Gas used by the transaction.</summary>
    public ulong? Gas { get; private init; }

    public bool IsOnChain => State is BatchState.Mined or BatchState.Final;

    /// <summary>The versions that can still be mined: those with the last nonce.</summary>
    public IReadOnlyList<SignedTransaction> Living => [.. Versions.Where(version => version.Nonce == Versions[^1].Nonce && version.Sender == Versions[^1].Sender)];

    /// <summary>A version was signed. To be written down before it is sent.</summary>
    public OutboxBatch Sign(SignedTransaction version, Hash256 callDataHash) =>
        IsOnChain ? throw Impossible("signed") : this with { State = BatchState.Prepared, Versions = Versions.Add(version), Transaction = version.Hash, CallDataHash = callDataHash };

    /// <summary>A node has taken the newest version.</summary>
    public OutboxBatch Send() => State == BatchState.Prepared && !Versions.IsEmpty ? this with { State = BatchState.Sent } : throw Impossible("sent");

    /// <summary>The chain has it: first seen, or seen again in another block.</summary>
    /// <param name="receipt">Of one of the versions; null where it came to the chain by none of them that is known.</param>
    public OutboxBatch Mine(TransactionReceipt? receipt) => State == BatchState.Final ? throw Impossible("mined")
        : this with { State = BatchState.Mined, Transaction = receipt?.TransactionHash ?? Transaction, Block = receipt?.BlockNumber, Gas = receipt?.GasUsed };

    /// <summary>Enough blocks are on it.</summary>
    public OutboxBatch Finalise() => State == BatchState.Mined ? this with { State = BatchState.Final } : throw Impossible("final");

    /// <summary>The chain has it no more: reorganised, or started again from an older state.</summary>
    public OutboxBatch Lose() => !IsOnChain ? throw Impossible("lost")
        : this with { State = Versions.IsEmpty ? BatchState.Prepared : BatchState.Sent, Transaction = Versions.IsEmpty ? null : Versions[^1].Hash, Block = null, Gas = null };

    /// <summary>The batch as a row of the journal says it became.</summary>
    /// <param name="state">What it is.</param>
    /// <param name="signed">The version that this step signed, if it did.</param>
    /// <param name="transaction">See <see cref="Transaction"/>.</param>
    /// <param name="callDataHash">See <see cref="CallDataHash"/>.</param>
    /// <param name="block">See <see cref="Block"/>.</param>
    /// <param name="gas">See <see cref="Gas"/>.</param>
    public OutboxBatch Restore(BatchState state, SignedTransaction? signed, Hash256? transaction, Hash256 callDataHash, ulong? block, ulong? gas) => this with
    {
        State = state, Versions = signed is null ? Versions : Versions.Add(signed), Transaction = transaction, CallDataHash = callDataHash, Block = block, Gas = gas,
    };

    private InvalidOperationException Impossible(string step) => new($"The {Kind} batch of period {Period}{(Part == 0 ? "" : $", part {Part},")} is {State} with {Versions.Length} versions and cannot be {step}.");
}
