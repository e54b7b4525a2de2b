using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Math;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>A private key of a tree of keys (BIP-32): one seed, any number of accounts.</summary>
public sealed class HdKey
{
    private const int MinSeed = 16;
    private const int MaxSeed = 64;
    private const int Half = 32;

    private readonly BigInteger _secret;
    private readonly byte[] _chainCode;

    private HdKey(BigInteger secret, byte[] chainCode)
    {
        _secret = secret;
        _chainCode = chainCode;
    }

    /// <summary>The key itself, as an account's.</summary>
    public EthereumKey Key => EthereumKey.FromBytes(SecretBytes());

    /// <param name="seed">16 to 64 bytes; a <see cref="Mnemonic"/> gives 64.</param>
    /// <exception cref="MnemonicException">Another size; or, with a chance of 2^-127, a seed without a key.</exception>
    public static HdKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length is < MinSeed or > MaxSeed)
        {
            throw new MnemonicException($"A seed has {MinSeed} to {MaxSeed} bytes, not {seed.Length}.");
        }

        var digest = HMACSHA512.HashData("Bitcoin seed"u8, seed);
        var secret = new BigInteger(1, digest, 0, Half);
        return secret.SignValue > 0 && secret.CompareTo(ManagedSecp256k1.Order) < 0
            ? new HdKey(secret, digest[Half..])
            : throw new MnemonicException("This seed has no key (BIP-32); make another.");
    }

    public HdKey Derive(DerivationPath path) => path.Children.Aggregate(this, (key, child) => key.Child(child));

    /// <summary>BIP-32, "Private parent key → private child key".</summary>
    /// <exception cref="MnemonicException">With a chance of 2^-127: this number has no key; take the next.</exception>
    public HdKey Child(uint number)
    {
        var data = new byte[1 + Half + sizeof(uint)];
        if (number >= DerivationPath.Hardened)
        {
            ManagedSecp256k1.WriteTo(_secret, data.AsSpan(1));
        }
        else
        {
            ManagedSecp256k1.TimesBase(_secret).GetEncoded(compressed: true).CopyTo(data, 0);
        }

        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(1 + Half), number);
        var digest = HMACSHA512.HashData(_chainCode, data);
        var tweak = new BigInteger(1, digest, 0, Half);
        var secret = tweak.Add(_secret).Mod(ManagedSecp256k1.Order);
        CryptographicOperations.ZeroMemory(data);
        return tweak.CompareTo(ManagedSecp256k1.Order) < 0 && secret.SignValue > 0
            ? new HdKey(secret, digest[Half..])
            : throw new MnemonicException($"Child {number} has no key (BIP-32); take the next.");
    }

    public override string ToString() => Key.ToString();

    private byte[] SecretBytes()
    {
        var bytes = new byte[Half];
        ManagedSecp256k1.WriteTo(_secret, bytes);
        return bytes;
    }
}
