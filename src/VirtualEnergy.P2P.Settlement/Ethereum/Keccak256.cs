using Org.BouncyCastle.Crypto.Digests;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Ethereum's hash: Keccak with the padding from before FIPS 202, 256 bits. Not SHA3-256.</summary>
public static class Keccak256
{
    // A digest resets itself after each use; one a thread spares an allocation of its state for every hash.
    [ThreadStatic]
    private static KeccakDigest? _digest;

    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        var digest = _digest ??= new KeccakDigest(256);
        digest.BlockUpdate(data);
        Span<byte> hash = stackalloc byte[Hash256.Size];
        digest.DoFinal(hash);
        return new Hash256(hash);
    }

    /// <summary>The hash of the text in UTF-8.</summary>
    public static Hash256 Hash(string text) => Hash(System.Text.Encoding.UTF8.GetBytes(text));
}
