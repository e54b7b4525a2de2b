using System.Security.Cryptography;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A private key. Only its address ever appears in text.</summary>
public sealed class EthereumKey
{
    public const int Size = 32;

    private readonly byte[] _secret;

    private EthereumKey(byte[] secret)
    {
        _secret = secret;
        PublicKey = new PublicKey(Secp256k1.InUse.PublicKeyOf(secret));
    }

    public PublicKey PublicKey { get; }

    public Address Address => PublicKey.Address;

    /// <exception cref="FormatException">Not 32 bytes, zero, or not below the order of the curve.</exception>
    public static EthereumKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new FormatException($"A private key has {Size} bytes, not {bytes.Length}.");
        }

        return IsInRange(bytes) ? new EthereumKey(bytes.ToArray()) : throw new FormatException("A private key lies between 1 and the order of secp256k1.");
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
            if (IsInRange(bytes))
            {
                return new EthereumKey(bytes);
            }
        }
    }

    /// <summary>Signs with RFC 6979's deterministic nonce (HMAC-SHA-256) and the lower of the two s (EIP-2).</summary>
    public Signature Sign(Hash256 digest) => Secp256k1.InUse.Sign(_secret, digest);

    /// <summary>The 32 secret bytes; the caller clears them.</summary>
    public byte[] ToBytes() => [.. _secret];

    public override string ToString() => $"key of {Address.ToChecksumString()}";

    private static bool IsInRange(ReadOnlySpan<byte> secret) => CurveOrder.IsAbove(new Hash256(secret));
}
