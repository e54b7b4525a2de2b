using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// A recoverable secp256k1 signature in the one form that counts: 0 &lt; r &lt; order, 0 &lt; s ≤ order / 2 (EIP-2), v 27 or 28.
/// </summary>
/// <remarks>Every signature has a twin with order − s; refusing it leaves one byte sequence a signature, so none is malleable.</remarks>
public sealed class Signature
{
    public const int Size = 65;

    /// <summary>The number of points of the curve: r and s lie below it.</summary>
    public static BigInteger CurveOrder { get; } = Number(Ecdsa.CurveOrder.Value);

    /// <summary>The greatest s that counts.</summary>
    public static BigInteger HighestS { get; } = Number(Ecdsa.CurveOrder.Half);

    private Signature(Hash256 r, Hash256 s, bool yIsOdd) => (RBytes, SBytes, YIsOdd) = (r, s, yIsOdd);

    /// <summary>The parity of the nonce point's ordinate; <c>yParity</c> of typed transactions.</summary>
    public bool YIsOdd { get; }

    /// <summary>27, or 28 where <see cref="YIsOdd"/>.</summary>
    public byte V => YIsOdd ? (byte)28 : (byte)27;

    public BigInteger R => Number(RBytes);

    public BigInteger S => Number(SBytes);

    /// <summary>r, big-endian.</summary>
    internal Hash256 RBytes { get; }

    /// <summary>s, big-endian.</summary>
    internal Hash256 SBytes { get; }

    /// <summary>Takes r ‖ s ‖ v, 65 bytes, and nothing that is malleable or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Signature? signature)
    {
        signature = null;
        if (bytes.Length != Size || bytes[64] is not (27 or 28))
        {
            return false;
        }

        signature = FromParts(new Hash256(bytes[..32]), new Hash256(bytes[32..64]), bytes[64] == 28);
        return signature is not null;
    }

    /// <summary>Null where r or s is out of range, or malleable.</summary>
    public static Signature? From(BigInteger r, BigInteger s, bool yIsOdd) =>
        TryWord(r, out var first) && TryWord(s, out var second) ? FromParts(first, second, yIsOdd) : null;

    internal static Signature? FromParts(Hash256 r, Hash256 s, bool yIsOdd) =>
        Ecdsa.CurveOrder.IsAbove(r) && s != default && s.CompareTo(Ecdsa.CurveOrder.Half) <= 0 ? new Signature(r, s, yIsOdd) : null;

    /// <summary>The address whose key signed the digest; null when there is no such key.</summary>
    public Address? Recover(Hash256 digest) => RecoverKey(digest)?.Address;

    /// <summary>The key that signed the digest; null when there is none.</summary>
    public PublicKey? RecoverKey(Hash256 digest) => Secp256k1.InUse.Recover(digest, this) is { } key ? new PublicKey(key) : null;

    /// <summary>r ‖ s ‖ v, 65 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        RBytes.CopyTo(bytes);
        SBytes.CopyTo(bytes.AsSpan(Hash256.Size));
        bytes[64] = V;
        return bytes;
    }

    public ImmutableArray<byte> ToImmutableBytes() => [.. ToBytes()];

    public override string ToString() => Hex.Of(ToBytes());

    private static BigInteger Number(Hash256 number) => new(number.ToArray(), isUnsigned: true, isBigEndian: true);

    private static bool TryWord(BigInteger number, out Hash256 word)
    {
        word = default;
        if (number.Sign < 0 || number.GetByteCount(isUnsigned: true) > Hash256.Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Hash256.Size];
        bytes.Clear();
        number.TryWriteBytes(bytes[(Hash256.Size - number.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        word = new Hash256(bytes);
        return true;
    }
}
