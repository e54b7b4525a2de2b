using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Why bytes are no transaction that counts.</summary>
public enum TransactionFlaw
{
    /// <summary>Not RLP of the fields that the type has, each in its one form.</summary>
    Malformed,

    /// <summary>A type other than 0, 1 and 2.</summary>
    UnknownType,

    /// <summary>Its s is above half the order (EIP-2): anyone can make it of the other one, under another hash.</summary>
    MalleableSignature,

    /// <summary>r or s is zero or beyond the order, or v is none; or no key makes such a signature.</summary>
    InvalidSignature,

    /// <summary>Signed for another chain, or for none in particular.</summary>
    WrongChain,
}

/// <summary>Bytes from outside that are no transaction for here.</summary>
public sealed class TransactionFormatException(TransactionFlaw flaw, string message, Exception? inner = null) : FormatException(message, inner)
{
    public TransactionFlaw Flaw { get; } = flaw;
}

/// <summary>A transaction read from its bytes.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Signature">Who says so.</param>
/// <param name="Signed">Sender, nonce, bytes and hash.</param>
public sealed record TransactionRead(UnsignedTransaction Content, Signature Signature, SignedTransaction Signed);

/// <summary>
/// Reads transactions of types 0, 1 and 2 and works out who signed them. Strict: what is read is written back to the same
/// bytes, so a transaction has one hash.
/// </summary>
public static class TransactionReader
{
    /// <summary>A node refuses larger ones (go-ethereum's <c>txMaxSize</c>: four slots of 32 KiB).</summary>
    public const int MaxSize = 128 * 1024;

    /// <param name="raw">The bytes of the wire.</param>
    /// <param name="chainId">The only chain to accept.</param>
    /// <exception cref="TransactionFormatException">Its <see cref="TransactionFormatException.Flaw"/> names why.</exception>
    public static TransactionRead Read(ReadOnlySpan<byte> raw, ulong chainId)
    {
        var transaction = ReadForAnyChain(raw);
        return transaction.Content.BoundChain == chainId
            ? transaction
            : throw new TransactionFormatException(TransactionFlaw.WrongChain, transaction.Content.BoundChain is { } other
                ? $"The transaction is signed for chain {other}, not {chainId}."
                : $"The transaction is signed for no chain in particular (from before EIP-155), not for {chainId}.");
    }

    /// <summary>Reads without asking for which chain; see <see cref="UnsignedTransaction.BoundChain"/>.</summary>
    /// <exception cref="TransactionFormatException">Its <see cref="TransactionFormatException.Flaw"/> names why.</exception>
    public static TransactionRead ReadForAnyChain(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > MaxSize)
        {
            throw Malformed($"{raw.Length} bytes are more than the {MaxSize} that a node takes.");
        }

        try
        {
            return raw switch
            {
                [] => throw Malformed("no bytes"),
                [>= 0xc0, ..] => Legacy(raw),
                [1, ..] => Typed(raw, 11, fields => new Eip2930Transaction(
                    fields.UInt64(0), fields.UInt64(1), fields.Number(2), fields.UInt64(3), fields.Destination(4), fields.Number(5), fields.Bytes(6))
                    { AccessList = fields.AccessList(7) }),
                [2, ..] => Typed(raw, 12, fields => new Eip1559Transaction(
                    fields.UInt64(0), fields.UInt64(1), fields.Number(2), fields.Number(3), fields.UInt64(4), fields.Destination(5), fields.Number(6), fields.Bytes(7))
                    { AccessList = fields.AccessList(8) }),
                _ => throw new TransactionFormatException(TransactionFlaw.UnknownType, $"A transaction of type {raw[0]} is not known here; 0, 1 and 2 are."),
            };
        }
        catch (FormatException e) when (e is not TransactionFormatException)
        {
            throw Malformed(e.Message, e);
        }
    }

    private static TransactionRead Legacy(ReadOnlySpan<byte> raw)
    {
        var fields = TransactionFields.Read(raw, 9);
        var v = fields.Number(6);
        var bound = v >= LegacyTransaction.BoundV;
        var chain = (v - LegacyTransaction.BoundV) >> 1;
        if (!bound && v != LegacyTransaction.UnboundV && v != LegacyTransaction.UnboundV + 1)
        {
            throw new TransactionFormatException(TransactionFlaw.InvalidSignature, $"A v of {v} is none: 27, 28, or 35 and more.");
        }

        if (bound && chain > ulong.MaxValue)
        {
            throw Malformed($"a chain id of {chain}");
        }

        var content = new LegacyTransaction(
            bound ? (ulong)chain : null, fields.UInt64(0), fields.Number(1), fields.UInt64(2), fields.Destination(3), fields.Number(4), fields.Bytes(5));
        return Recovered(content, fields, isOdd: v.IsEven, raw); // 27 and 35 + 2·chain are even ordinates
    }

    private static TransactionRead Typed(ReadOnlySpan<byte> raw, int count, Func<TransactionFields, UnsignedTransaction> content)
    {
        var fields = TransactionFields.Read(raw[1..], count);
        var parity = fields.Number(count - 3);
        return parity <= 1
            ? Recovered(content(fields), fields, isOdd: parity.IsOne, raw)
            : throw new TransactionFormatException(TransactionFlaw.InvalidSignature, $"A parity of {parity} is none: 0 or 1.");
    }

    private static TransactionRead Recovered(UnsignedTransaction content, TransactionFields fields, bool isOdd, ReadOnlySpan<byte> raw)
    {
        var (r, s) = (fields.Number(fields.Count - 2), fields.Number(fields.Count - 1));
        if (s > Signature.HighestS && s < Signature.CurveOrder)
        {
            throw new TransactionFormatException(TransactionFlaw.MalleableSignature, "The signature's s is above half the order (EIP-2); its twin is the one that counts.");
        }

        var signature = Signature.From(r, s, isOdd);
        var sender = signature?.Recover(content.SigningHash);
        return sender is not null
            ? new TransactionRead(content, signature!, new SignedTransaction(sender.Value, content.Nonce, [.. raw], Keccak256.Hash(raw)))
            : throw new TransactionFormatException(TransactionFlaw.InvalidSignature, signature is null ? "r or s is zero or beyond the order." : "No key makes this signature.");
    }

    internal static TransactionFormatException Malformed(string what, Exception? inner = null) =>
        new(TransactionFlaw.Malformed, $"Not a transaction: {what}", inner);
}
