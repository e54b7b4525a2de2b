using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>
/// The operations on the curve that Ethereum needs (SEC 1, 4.1; SEC 2, 2.4.1). Two libraries do them, and give the same bytes for the same
/// bytes; any thread may call.
/// </summary>
/// <remarks>A signature's numbers are in range and not malleable here already: <see cref="Signature"/> takes no others.</remarks>
internal interface ISecp256k1
{
    /// <summary>The library, for people.</summary>
    string Name { get; }

    /// <summary>The public key of a secret: x ‖ y, 64 bytes.</summary>
    /// <param name="secret">32 bytes, from 1 to the order less 1.</param>
    byte[] PublicKeyOf(ReadOnlySpan<byte> secret);

    /// <summary>Signs with RFC 6979's deterministic nonce (HMAC-SHA-256) and the lower of the two s (EIP-2).</summary>
    /// <param name="secret">32 bytes, from 1 to the order less 1.</param>
    Signature Sign(ReadOnlySpan<byte> secret, Hash256 digest);

    /// <summary>The public key that made the signature (SEC 1, 4.1.6), x ‖ y in 64 bytes; null where there is none.</summary>
    byte[]? Recover(Hash256 digest, Signature signature);

    /// <summary>Whether exactly this key would be recovered: the parity in the signature counts, as it does on the chain.</summary>
    bool IsSignedBy(PublicKey key, Hash256 digest, Signature signature);
}
