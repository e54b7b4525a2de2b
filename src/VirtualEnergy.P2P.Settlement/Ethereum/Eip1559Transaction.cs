using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A storage slot list of EIP-2930: what a transaction announces it will touch.</summary>
public sealed record AccessListEntry(Address Account, ImmutableArray<Hash256> Slots);

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
    ImmutableArray<byte> Data)
{
    private const byte Type = 2;

    public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>What is signed: keccak256(0x02 ‖ rlp(fields)).</summary>
    public Hash256 SigningHash => Keccak256.Hash([Type, .. Rlp.Encode(RlpItem.List(Fields()))]);

    public SignedTransaction Sign(EthereumKey key)
    {
        var signature = key.Sign(SigningHash);
        byte[] raw =
        [
            Type,
            .. Rlp.Encode(RlpItem.List(
            [
                .. Fields(),
                RlpItem.Of(signature.YIsOdd ? BigInteger.One : BigInteger.Zero),
                RlpItem.Of(signature.R),
                RlpItem.Of(signature.S),
            ])),
        ];
        return new SignedTransaction(key.Address, Nonce, [.. raw], Keccak256.Hash(raw));
    }

    private ImmutableArray<RlpItem> Fields() =>
    [
        RlpItem.Of(ChainId),
        RlpItem.Of(Nonce),
        RlpItem.Of(MaxPriorityFeePerGas),
        RlpItem.Of(MaxFeePerGas),
        RlpItem.Of(GasLimit),
        RlpItem.Of(To is { } to ? to.ToArray() : []),
        RlpItem.Of(Value),
        RlpItem.Of(Data.AsSpan()),
        RlpItem.List([.. AccessList.Select(entry => RlpItem.List(
            RlpItem.Of(entry.Account.ToArray()),
            RlpItem.List([.. entry.Slots.Select(slot => RlpItem.Of(slot.ToArray()))])))]),
    ];
}

/// <summary>A transaction ready to be sent, and sent again: the same bytes are the same transaction.</summary>
/// <param name="Sender">Who signed.</param>
/// <param name="Nonce">The sender's counter.</param>
/// <param name="Raw">The bytes for the wire.</param>
/// <param name="Hash">The transaction's hash.</param>
public sealed record SignedTransaction(Address Sender, ulong Nonce, ImmutableArray<byte> Raw, Hash256 Hash);
