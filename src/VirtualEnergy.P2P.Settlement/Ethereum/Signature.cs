using System.Collections.Immutable;
using Org.BouncyCastle.Math;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// A recoverable secp256k1 signature in the one form that counts: 0 &lt; r &lt; order, 0 &lt; s ≤ order / 2 (EIP-2), v 27 or 28.
/// </summary>
/// <remarks>Every signature has a twin with order − s; refusing it leaves one byte sequence a signature, so none is malleable.</remarks>
public sealed class Signature
{
    public const int Size = 65;

    /// <summary>The number of points of the curve: r and s lie below it.</summary>
    public static System.Numerics.BigInteger CurveOrder { get; } = Number(Secp256k1.Order);

    /// <summary>The greatest s that counts.</summary>
    public static System.Numerics.BigInteger HighestS { get; } = Number(Secp256k1.HalfOrder);

    private readonly BigInteger _r;
    private readonly BigInteger _s;

    private Signature(BigInteger r, BigInteger s, bool yIsOdd)
    {
        _r = r;
        _s = s;
        YIsOdd = yIsOdd;
    }

    /// <summary>The parity of the nonce point's ordinate; <c>yParity</c> of typed transactions.</summary>
    public bool YIsOdd { get; }

    /// <summary>27, or 28 where <see cref="YIsOdd"/>.</summary>
    public byte V => YIsOdd ? (byte)28 : (byte)27;

    public System.Numerics.BigInteger R => Number(_r);

    public System.Numerics.BigInteger S => Number(_s);

    /// <summary>Takes r ‖ s ‖ v, 65 bytes, and nothing that is malleable or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Signature? signature)
    {
        signature = null;
        if (bytes.Length != Size || bytes[64] is not (27 or 28))
        {
            return false;
        }

        signature = FromParts(new BigInteger(1, bytes[..32].ToArray()), new BigInteger(1, bytes[32..64].ToArray()), bytes[64] == 28);
        return signature is not null;
    }

    /// <summary>Null where r or s is out of range, or malleable.</summary>
    public static Signature? From(System.Numerics.BigInteger r, System.Numerics.BigInteger s, bool yIsOdd) =>
        r.Sign < 0 || s.Sign < 0
            ? null
            : FromParts(new BigInteger(1, r.ToByteArray(isUnsigned: true, isBigEndian: true)), new BigInteger(1, s.ToByteArray(isUnsigned: true, isBigEndian: true)), yIsOdd);

    internal static Signature? FromParts(BigInteger r, BigInteger s, bool yIsOdd) =>
        r.SignValue > 0 && r.CompareTo(Secp256k1.Order) < 0 && s.SignValue > 0 && s.CompareTo(Secp256k1.HalfOrder) <= 0
            ? new Signature(r, s, yIsOdd)
            : null;

    /// <summary>The address whose key signed the digest; null when there is no such key.</summary>
    public Address? Recover(Hash256 digest) =>
        Secp256k1.Recover(digest, _r, _s, YIsOdd) is { } key ? Secp256k1.AddressOf(key) : null;

    /// <summary>r ‖ s ‖ v, 65 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Secp256k1.WriteTo(_r, bytes);
        Secp256k1.WriteTo(_s, bytes.AsSpan(32));
        bytes[64] = V;
        return bytes;
    }

    public ImmutableArray<byte> ToImmutableBytes() => [.. ToBytes()];

    public override string ToString() => Hex.Of(ToBytes());

    private static System.Numerics.BigInteger Number(BigInteger number) => new(number.ToByteArrayUnsigned(), isUnsigned: true, isBigEndian: true);
}
