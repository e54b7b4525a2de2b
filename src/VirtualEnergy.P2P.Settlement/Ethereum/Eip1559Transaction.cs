using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A transaction of type 2 (EIP-1559).</summary>
/// <param name="MaxFeePerGas">wei, base fee and tip together.</param>
/// <param name="MaxPriorityFeePerGas">wei, the tip.</param>
/// <param name="To">Null creates a contract.</param>
/// <param name="Value">wei.</param>
public sealed record Eip1559Transaction(
    ulong ChainId,
    ulong Nonce,
    BigInteger MaxPriorityFeePerGas,
    BigInteger MaxFeePerGas,
    ulong GasLimit,
    Address? To,
    BigInteger Value,
    ImmutableArray<byte> Data) : UnsignedTransaction(Nonce, GasLimit, To, Value, Data)
{
    public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

    public override byte Type => 2;

    public override BigInteger HighestFeePerGas => MaxFeePerGas;

    public override ulong? BoundChain => ChainId;

    private protected override ImmutableArray<RlpItem> Fields() =>
    [
        RlpItem.Of(ChainId),
        RlpItem.Of(Nonce),
        RlpItem.Of(MaxPriorityFeePerGas),
        RlpItem.Of(MaxFeePerGas),
        RlpItem.Of(GasLimit),
        Destination(To),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
        AccessListEntry.ToRlp(AccessList),
    ];
}
