using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>The curve, and the three operations on it that Ethereum needs (SEC 1, 4.1; SEC 2, 2.4.1).</summary>
internal static class Secp256k1
{
    // The custom curve has its own field arithmetic: about five times as fast as the generic one.
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    private static readonly FixedPointCombMultiplier BaseMultiplier = new();

    public static BigInteger Order => Curve.N;

    public static BigInteger HalfOrder { get; } = Curve.N.ShiftRight(1);

    /// <summary>Multiplies the base point.</summary>
    public static ECPoint TimesBase(BigInteger scalar) => BaseMultiplier.Multiply(Curve.G, scalar).Normalize();

    /// <summary>The last 20 bytes of the hash of the point's 64 bytes (yellow paper, appendix F).</summary>
    public static Address AddressOf(ECPoint publicKey)
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        Keccak256.Hash(publicKey.GetEncoded(compressed: false).AsSpan(1)).CopyTo(hash);
        return new Address(hash[12..]);
    }

    /// <summary>The public key that made the signature (SEC 1, 4.1.6), or null where there is none.</summary>
    /// <param name="digest">What was signed.</param>
    /// <param name="r">1 ≤ r &lt; order.</param>
    /// <param name="s">1 ≤ s &lt; order.</param>
    /// <param name="yIsOdd">Which of the two points with abscissa r.</param>
    public static ECPoint? Recover(Hash256 digest, BigInteger r, BigInteger s, bool yIsOdd)
    {
        var compressed = new byte[33];
        compressed[0] = yIsOdd ? (byte)3 : (byte)2;
        WriteTo(r, compressed.AsSpan(1));
        ECPoint point;
        try
        {
            point = Curve.Curve.DecodePoint(compressed);
        }
        catch (ArgumentException)
        {
            return null; // About every second r is the abscissa of no point.
        }

        var inverse = r.ModInverse(Order);
        var digestFactor = Order.Subtract(new BigInteger(1, digest.ToArray()).Mod(Order)).Multiply(inverse).Mod(Order);
        var pointFactor = s.Multiply(inverse).Mod(Order);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, digestFactor, point, pointFactor).Normalize();
        return key.IsInfinity ? null : key;
    }

    /// <summary>The number big-endian, in 32 bytes.</summary>
    public static void WriteTo(BigInteger value, Span<byte> destination)
    {
        destination = destination[..32];
        destination.Clear();
        var bytes = value.ToByteArrayUnsigned();
        bytes.CopyTo(destination[(32 - bytes.Length)..]);
    }
}
