using Org.BouncyCastle.Math.EC;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A point of the curve whose secret somebody has. It came from a secret or from a signature, so it lies on the curve.</summary>
public sealed class PublicKey
{
    private readonly byte[] _bytes;
    private ECPoint? _point;

    internal PublicKey(byte[] bytes)
    {
        _bytes = bytes;
        Span<byte> hash = stackalloc byte[Hash256.Size];
        Keccak256.Hash(bytes).CopyTo(hash);
        Address = new Address(hash[12..]);
    }

    /// <summary>The last 20 bytes of the hash of the point's 64 bytes (yellow paper, appendix F).</summary>
    public Address Address { get; }

    /// <summary>x ‖ y.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The point as BouncyCastle has it. It keeps its multiples with it, so the second use costs less.</summary>
    internal ECPoint Point => _point ??= ManagedSecp256k1.PointOf(_bytes);

    /// <summary>Whether the digest was signed with this key's secret. The same answer as recovering, and cheaper where BouncyCastle computes.</summary>
    public bool Signed(Hash256 digest, Signature signature) => Secp256k1.InUse.IsSignedBy(this, digest, signature);
}
