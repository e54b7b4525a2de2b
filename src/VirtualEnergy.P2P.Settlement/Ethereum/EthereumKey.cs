using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A private key. Only its address ever appears in text.</summary>
public sealed class EthereumKey
{
    public const int Size = 32;

    private readonly BigInteger _secret;

    private EthereumKey(BigInteger secret)
    {
        _secret = secret;
        Address = Secp256k1.AddressOf(Secp256k1.TimesBase(secret));
    }

    public Address Address { get; }

    /// <exception cref="FormatException">Not 32 bytes, zero, or not below the order of the curve.</exception>
    public static EthereumKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new FormatException($"A private key has {Size} bytes, not {bytes.Length}.");
        }

        var secret = new BigInteger(1, bytes.ToArray());
        return IsInRange(secret) ? new EthereumKey(secret) : throw new FormatException("A private key lies between 1 and the order of secp256k1.");
    }

    /// <param name="hex">0x and 64 hexadecimal digits.</param>
    /// <exception cref="FormatException">Not that, or out of range. The message does not repeat the text.</exception>
    public static EthereumKey FromHex(string hex) =>
        Hex.TryParse(hex, out var bytes) ? FromBytes(bytes) : throw new FormatException("A private key is 0x and 64 hexadecimal digits.");

    public static EthereumKey Generate(RandomNumberGenerator random)
    {
        var bytes = new byte[Size];
        while (true)
        {
            random.GetBytes(bytes);
            var secret = new BigInteger(1, bytes);
            if (IsInRange(secret))
            {
                return new EthereumKey(secret);
            }
        }
    }

    /// <summary>Signs with RFC 6979's deterministic nonce (HMAC-SHA-256) and the lower of the two s (EIP-2).</summary>
    public Signature Sign(Hash256 digest)
    {
        var message = digest.ToArray();
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Secp256k1.Order, _secret, message);
        while (true)
        {
            var nonce = nonces.NextK();
            var point = Secp256k1.TimesBase(nonce);
            var r = point.AffineXCoord.ToBigInteger();
            var s = nonce.ModInverse(Secp256k1.Order).Multiply(new BigInteger(1, message).Add(r.Multiply(_secret))).Mod(Secp256k1.Order);
            var yIsOdd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(Secp256k1.HalfOrder) > 0)
            {
                (s, yIsOdd) = (Secp256k1.Order.Subtract(s), !yIsOdd);
            }

            // An abscissa of the order or more has no v of 27 or 28 (chance 2^-127), nor has a zero: next nonce.
            if (Signature.FromParts(r, s, yIsOdd) is { } signature)
            {
                return signature;
            }
        }
    }

    /// <summary>The 32 secret bytes; the caller clears them.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Secp256k1.WriteTo(_secret, bytes);
        return bytes;
    }

    public override string ToString() => $"key of {Address.ToChecksumString()}";

    private static bool IsInRange(BigInteger secret) => secret.SignValue > 0 && secret.CompareTo(Secp256k1.Order) < 0;
}
