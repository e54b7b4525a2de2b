using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A transaction from before types (yellow paper, 4.2), bound to a chain as EIP-155 wants it.</summary>
/// <param name="ChainId">Null: not bound, so that anyone can repeat it on any chain. Only for reading what others signed.</param>
/// <param name="GasPrice">wei per gas.</param>
public sealed record LegacyTransaction(
    ulong? ChainId,
    ulong Nonce,
    BigInteger GasPrice,
    ulong GasLimit,
    Address? To,
    BigInteger Value,
    ImmutableArray<byte> Data) : UnsignedTransaction(Nonce, GasLimit, To, Value, Data)
{
    // EIP-155: v = 35 + 2·chain + parity; before it 27 + parity.
    internal const int BoundV = 35;
    internal const int UnboundV = 27;

    public override byte Type => 0;

    public override BigInteger HighestFeePerGas => GasPrice;

    public override ulong? BoundChain => ChainId;

    private protected override ImmutableArray<RlpItem> Fields() =>
    [
        RlpItem.Of(Nonce),
        RlpItem.Of(GasPrice),
        RlpItem.Of(GasLimit),
        Destination(To),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
    ];

    private protected override ImmutableArray<RlpItem> SignedFields() =>
        ChainId is { } chain ? [.. Fields(), RlpItem.Of(chain), RlpItem.Of([]), RlpItem.Of([])] : Fields();

    private protected override BigInteger Parity(Signature signature) =>
        base.Parity(signature) + (ChainId is { } chain ? BoundV + 2 * (BigInteger)chain : UnboundV);
}
