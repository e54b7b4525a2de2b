using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A message to a contract.</summary>
/// <param name="To">Null creates a contract.</param>
/// <param name="Data">Call data, or creation code.</param>
/// <param name="From">The pretended sender.</param>
/// <param name="Block">The state to execute on; null is the latest.</param>
/// <param name="Value">Ether that goes with it, wei.</param>
public sealed record EthereumCall(Address? To, ReadOnlyMemory<byte> Data, Address? From = null, ulong? Block = null, BigInteger Value = default)
{
    /// <summary>Execute on the block that is being made instead: where only time has passed, the latest one does not know it.</summary>
    public bool OnPending { get; init; }
}

/// <summary>What a transaction should offer now, wei per gas.</summary>
/// <param name="MaxFeePerGas">Twice the next block's base fee, and the tip: holds through six full blocks.</param>
/// <param name="MaxPriorityFeePerGas">The tip.</param>
public readonly record struct EthereumFees(BigInteger MaxFeePerGas, BigInteger MaxPriorityFeePerGas);

/// <summary>A log that a contract wrote.</summary>
public sealed record LogEntry(
    Address Contract,
    ImmutableArray<Hash256> Topics,
    ImmutableArray<byte> Data,
    ulong BlockNumber,
    Hash256 BlockHash,
    Hash256 TransactionHash,
    ulong Index);

/// <summary>Which logs: of one contract, with this first topic where given, in a closed range of blocks.</summary>
/// <param name="ToBlock">Null is the latest.</param>
public sealed record LogFilter(Address Contract, Hash256? Topic, ulong FromBlock, ulong? ToBlock = null)
{
    public bool Asks(LogEntry log) =>
        log.Contract == Contract && log.BlockNumber >= FromBlock && log.BlockNumber <= (ToBlock ?? ulong.MaxValue)
        && (Topic is null || (log.Topics.Length > 0 && log.Topics[0] == Topic));
}

/// <summary>A log, or its end: a reorganisation took its block out of the chain.</summary>
public sealed record LogNotice(LogEntry Log, bool IsRemoved);

/// <summary>The head of a block.</summary>
/// <param name="Parent">The hash of the block before: what makes blocks a chain.</param>
/// <param name="BaseFeePerGas">wei per gas; zero on a chain without EIP-1559.</param>
public sealed record BlockHead(ulong Number, Hash256 Hash, Hash256 Parent, DateTimeOffset Time, BigInteger BaseFeePerGas);

/// <summary>A mined transaction's message, as the node tells it: whoever relies on it holds it against a hash that the contract has.</summary>
/// <param name="To">Null: it created a contract.</param>
/// <param name="Data">Call data, or creation code.</param>
public sealed record MinedCall(Address From, Address? To, ImmutableArray<byte> Data, ulong BlockNumber);

/// <summary>What became of a mined transaction.</summary>
/// <param name="Succeeded">False: it reverted, and paid its gas.</param>
/// <param name="ContractAddress">The contract it created, if it did.</param>
public sealed record TransactionReceipt(
    Hash256 TransactionHash,
    ulong BlockNumber,
    Hash256 BlockHash,
    bool Succeeded,
    ulong GasUsed,
    BigInteger EffectiveGasPrice,
    Address? ContractAddress,
    ImmutableArray<LogEntry> Logs);
