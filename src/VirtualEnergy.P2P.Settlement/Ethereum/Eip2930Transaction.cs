using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A transaction of type 1 (EIP-2930): one gas price, and a list of what it touches.</summary>
/// <param name="GasPrice">wei per gas.</param>
public sealed record Eip2930Transaction(
    ulong ChainId,
    ulong Nonce,
    BigInteger GasPrice,
    ulong GasLimit,
    Address? To,
    BigInteger Value,
    ImmutableArray<byte> Data) : UnsignedTransaction(Nonce, GasLimit, To, Value, Data)
{
    public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

    public override byte Type => 1;

    public override BigInteger HighestFeePerGas => GasPrice;

    public override ulong? BoundChain => ChainId;

    private protected override ImmutableArray<RlpItem> Fields() =>
    [
        RlpItem.Of(ChainId),
        RlpItem.Of(Nonce),
        RlpItem.Of(GasPrice),
        RlpItem.Of(GasLimit),
        Destination(To),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
        AccessListEntry.ToRlp(AccessList),
    ];
}
