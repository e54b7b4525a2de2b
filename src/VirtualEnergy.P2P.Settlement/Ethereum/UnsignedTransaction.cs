using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>What every transaction says, of whichever type.</summary>
/// <param name="Nonce">The sender's counter.</param>
/// <param name="GasLimit">gas.</param>
/// <param name="To">Null creates a contract.</param>
/// <param name="Value">wei.</param>
/// <param name="Data">Call data, or creation code.</param>
public abstract record UnsignedTransaction(ulong Nonce, ulong GasLimit, Address? To, BigInteger Value, ImmutableArray<byte> Data)
{
    /// <summary>0 (legacy), 1 (EIP-2930) or 2 (EIP-1559).</summary>
    public abstract byte Type { get; }

    /// <summary>wei per gas: the most that the transaction pays, tip and all.</summary>
    public abstract BigInteger HighestFeePerGas { get; }

    /// <summary>The chain it binds itself to; null only for a legacy transaction from before EIP-155, good on every chain.</summary>
    public abstract ulong? BoundChain { get; }

    /// <summary>The digest that the sender signs.</summary>
    public Hash256 SigningHash => Keccak256.Hash(Enveloped(SignedFields()));

    public SignedTransaction Sign(EthereumKey key)
    {
        var raw = Encode(key.Sign(SigningHash));
        return new SignedTransaction(key.Address, Nonce, [.. raw], Keccak256.Hash(raw));
    }

    /// <summary>The bytes for the wire.</summary>
    public byte[] Encode(Signature signature) =>
        Enveloped([.. Fields(), RlpItem.Of(Parity(signature)), RlpItem.Of(signature.R), RlpItem.Of(signature.S)]);

    /// <summary>The fields before the signature, in the order of the type's own specification.</summary>
    private protected abstract ImmutableArray<RlpItem> Fields();

    private protected virtual ImmutableArray<RlpItem> SignedFields() => Fields();

    /// <summary>How the signature's parity is written: 0 or 1 by EIP-2718's types, folded into <c>v</c> by the legacy one.</summary>
    private protected virtual BigInteger Parity(Signature signature) => signature.YIsOdd ? BigInteger.One : BigInteger.Zero;

    private protected static RlpItem Destination(Address? to) => RlpItem.Of(to is { } known ? known.ToArray() : []);

    // EIP-2718: a typed transaction is its type, then its list; the legacy one is the list alone.
    private byte[] Enveloped(ImmutableArray<RlpItem> fields)
    {
        var list = Rlp.Encode(RlpItem.List(fields));
        return Type == 0 ? list : [Type, .. list];
    }
}

/// <summary>A transaction ready to be sent, and sent again: the same bytes are the same transaction.</summary>
/// <param name="Sender">Who signed.</param>
/// <param name="Nonce">The sender's counter.</param>
/// <param name="Raw">The bytes for the wire.</param>
/// <param name="Hash">The transaction's hash.</param>
public sealed record SignedTransaction(Address Sender, ulong Nonce, ImmutableArray<byte> Raw, Hash256 Hash);
