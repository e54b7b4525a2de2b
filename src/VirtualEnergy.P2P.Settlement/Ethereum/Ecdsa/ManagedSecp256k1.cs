using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>The curve by BouncyCastle: on every machine.</summary>
internal sealed class ManagedSecp256k1 : ISecp256k1
{
    public static readonly ManagedSecp256k1 Instance = new();

    // The custom curve has its own field arithmetic: about five times as fast as the generic one.
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);

    private static readonly FixedPointCombMultiplier BaseMultiplier = new();

    private ManagedSecp256k1()
    {
    }

    public string Name => "BouncyCastle";

    public static BigInteger Order => Curve.N;

    /// <summary>Multiplies the base point.</summary>
    public static ECPoint TimesBase(BigInteger scalar) => BaseMultiplier.Multiply(Curve.G, scalar).Normalize();

    /// <summary>The point of x ‖ y, which is known to lie on the curve.</summary>
    public static ECPoint PointOf(ReadOnlySpan<byte> key) => Curve.Curve.CreatePoint(Number(key[..32]), Number(key[32..]));

    public byte[] PublicKeyOf(ReadOnlySpan<byte> secret) => BytesOf(TimesBase(Number(secret)));

    public Signature Sign(ReadOnlySpan<byte> secret, Hash256 digest)
    {
        var (key, message) = (Number(secret), digest.ToArray());
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Order, key, message);
        while (true)
        {
            var nonce = nonces.NextK();
            var point = TimesBase(nonce);
            var r = point.AffineXCoord.ToBigInteger();
            var s = nonce.ModInverse(Order).Multiply(new BigInteger(1, message).Add(r.Multiply(key))).Mod(Order);
            var yIsOdd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(HalfOrder) > 0)
            {
                (s, yIsOdd) = (Order.Subtract(s), !yIsOdd);
            }

            // An abscissa of the order or more has no v of 27 or 28 (chance 2^-127), nor has a zero: next nonce.
            if (Signature.FromParts(HashOf(r), HashOf(s), yIsOdd) is { } signature)
            {
                return signature;
            }
        }
    }

    public byte[]? Recover(Hash256 digest, Signature signature)
    {
        var compressed = new byte[33];
        compressed[0] = signature.YIsOdd ? (byte)3 : (byte)2;
        signature.RBytes.CopyTo(compressed.AsSpan(1));
        ECPoint point;
        try
        {
            point = Curve.Curve.DecodePoint(compressed);
        }
        catch (ArgumentException)
        {
            return null; // About every second r is the abscissa of no point.
        }

        var inverse = NumberOf(signature.RBytes).ModInverse(Order);
        var digestFactor = Order.Subtract(NumberOf(digest).Mod(Order)).Multiply(inverse).Mod(Order);
        var pointFactor = NumberOf(signature.SBytes).Multiply(inverse).Mod(Order);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, digestFactor, point, pointFactor).Normalize();
        return key.IsInfinity ? null : BytesOf(key);
    }

    // SEC 1, 4.1.4, and the nonce's point must have the parity that the signature says: no square root, and the key's multiples
    // are kept with its point.
    public bool IsSignedBy(PublicKey key, Hash256 digest, Signature signature)
    {
        var r = NumberOf(signature.RBytes);
        var inverse = NumberOf(signature.SBytes).ModInverse(Order);
        var baseFactor = NumberOf(digest).Multiply(inverse).Mod(Order);
        var keyFactor = r.Multiply(inverse).Mod(Order);
        var point = ECAlgorithms.SumOfTwoMultiplies(Curve.G, baseFactor, key.Point, keyFactor).Normalize();
        return !point.IsInfinity && point.AffineXCoord.ToBigInteger().Equals(r) && point.AffineYCoord.TestBitZero() == signature.YIsOdd;
    }

    /// <summary>The number big-endian, in 32 bytes.</summary>
    public static void WriteTo(BigInteger value, Span<byte> destination)
    {
        destination = destination[..32];
        destination.Clear();
        var bytes = value.ToByteArrayUnsigned();
        bytes.CopyTo(destination[(32 - bytes.Length)..]);
    }

    // An abscissa has 256 bits at most, as every number here.
    private static Hash256 HashOf(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        WriteTo(value, bytes);
        return new Hash256(bytes);
    }

    private static BigInteger NumberOf(Hash256 value) => new(1, value.ToArray());

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(1, bytes.ToArray());

    private static byte[] BytesOf(ECPoint point) => point.GetEncoded(compressed: false)[1..];
}
