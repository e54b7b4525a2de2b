using Org.BouncyCastle.Math.EC.Rfc8032;
using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>
/// The protocol's cryptographic scheme 1: NaCl's crypto_sign, that is an Ed25519 signature (RFC 8032) of 64 bytes and after it what
/// was signed. Source: Shapeshifter specification, appendix on the transport of messages.
/// </summary>
public static class SealedMessage
{
    /// <summary>Base 64 of the largest message that is read, and its signature.</summary>
    internal const int MostBody = (BoundedXml.MostBytes / 4) - 1_024;

    /// <summary>Signature and message.</summary>
    /// <param name="message">What is signed.</param>
    /// <param name="secretKey">The 32 bytes of the seed; NaCl's 64 bytes are the seed and the public key.</param>
    public static byte[] Seal(ReadOnlySpan<byte> message, ReadOnlySpan<byte> secretKey)
    {
        if (secretKey.Length is not (32 or 64))
        {
            throw new ArgumentException($"A signing key has 32 or 64 bytes, not {secretKey.Length}.", nameof(secretKey));
        }

        var sealedBytes = new byte[Ed25519.SignatureSize + message.Length];
        Ed25519.Sign(secretKey[..Ed25519.SecretKeySize].ToArray(), 0, message.ToArray(), 0, message.Length, sealedBytes, 0);
        message.CopyTo(sealedBytes.AsSpan(Ed25519.SignatureSize));
        return sealedBytes;
    }

    /// <summary>The message, or null when that key did not sign it.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> publicKey)
    {
        if (sealedBytes.Length < Ed25519.SignatureSize || publicKey.Length != Ed25519.PublicKeySize)
        {
            return null;
        }

        var message = sealedBytes[Ed25519.SignatureSize..].ToArray();
        return Ed25519.Verify(sealedBytes[..Ed25519.SignatureSize].ToArray(), 0, publicKey.ToArray(), 0, message, 0, message.Length) ? message : null;
    }

    /// <summary>The public key that belongs to a seed.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> secretKey)
    {
        var key = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(secretKey[..Ed25519.SecretKeySize].ToArray(), 0, key, 0);
        return key;
    }

    /// <summary>Reads <c>cs1.</c> and base 64 of a signing key of 32 bytes, after which an encryption key of 32 bytes may stand, which is not used.</summary>
    public static bool TryReadKey(string? text, out byte[] publicKey)
    {
        publicKey = [];
        Span<byte> bytes = stackalloc byte[64];
        if (text is null || !text.StartsWith("cs1.", StringComparison.Ordinal) || text.Length > 96 || !Convert.TryFromBase64String(text[4..], bytes, out var length) || length is not (32 or 64))
        {
            return false;
        }

        publicKey = bytes[..32].ToArray();
        return Ed25519.ValidatePublicKeyFull(publicKey, 0);
    }

    /// <summary>The public key as others are given it.</summary>
    public static string WriteKey(ReadOnlySpan<byte> publicKey) => "cs1." + Convert.ToBase64String(publicKey);
}
