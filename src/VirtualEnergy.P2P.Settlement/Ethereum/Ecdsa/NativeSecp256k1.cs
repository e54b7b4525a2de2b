using System.Runtime.InteropServices;
using System.Security.Cryptography;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>The curve by libsecp256k1, Bitcoin Core's library, where this machine has one with the module for recovery.</summary>
/// <remarks>
/// One context for all threads, blinded once with random bytes and never changed after: every call takes it as constant. Nothing that
/// reaches the library can make it abort: sizes and ranges are checked before.
/// </remarks>
internal sealed class NativeSecp256k1 : ISecp256k1
{
    private readonly nint _context;

    private NativeSecp256k1(nint context, string file) => (_context, Name) = (context, $"libsecp256k1 ({file})");

    /// <summary>Null where there is no such library, or it gives other answers than it must.</summary>
    public static NativeSecp256k1? Instance { get; } = Load();

    public string Name { get; }

    public byte[] PublicKeyOf(ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[Secp256k1Library.OpaqueKeySize];
        return Secp256k1Library.CreateKey(_context, ref First(key), ref First(secret)) == 1
            ? Serialized(key)
            : throw new ArgumentOutOfRangeException(nameof(secret), "A secret lies between 1 and the order of the curve.");
    }

    public Signature Sign(ReadOnlySpan<byte> secret, Hash256 digest)
    {
        // The library's nonces of a digest above the order differ from RFC 6979's in old versions; of the digest's rest they do not.
        Span<byte> message = stackalloc byte[Hash256.Size];
        WriteReduced(digest, message);
        Span<byte> opaque = stackalloc byte[Secp256k1Library.OpaqueSignatureSize];
        Span<byte> compact = stackalloc byte[2 * Hash256.Size];
        if (Secp256k1Library.SignRecoverable(_context, ref First(opaque), ref First(message), ref First(secret), 0, 0) != 1)
        {
            throw new ArgumentOutOfRangeException(nameof(secret), "A secret lies between 1 and the order of the curve.");
        }

        Secp256k1Library.SerializeRecoverable(_context, ref First(compact), out var recovery, ref First(opaque));
        return (recovery & ~1) == 0
            && Signature.FromParts(new Hash256(compact[..Hash256.Size]), new Hash256(compact[Hash256.Size..]), recovery == 1) is { } signature
            ? signature
            : ManagedSecp256k1.Instance.Sign(secret, digest); // An abscissa of the order or more, chance 2^-127: it takes the next nonce.
    }

    public byte[]? Recover(Hash256 digest, Signature signature)
    {
        Span<byte> key = stackalloc byte[Secp256k1Library.OpaqueKeySize];
        return TryRecover(digest, signature, key) ? Serialized(key) : null;
    }

    // The library's own verification ignores the parity, and a bid with the wrong one would count as forged on the chain. So recover,
    // which costs a square root more, and compare.
    public bool IsSignedBy(PublicKey key, Hash256 digest, Signature signature)
    {
        Span<byte> recovered = stackalloc byte[Secp256k1Library.OpaqueKeySize];
        Span<byte> bytes = stackalloc byte[Secp256k1Library.SerializedKeySize];
        if (!TryRecover(digest, signature, recovered))
        {
            return false;
        }

        Serialize(recovered, bytes);
        return key.Bytes.SequenceEqual(bytes[1..]);
    }

    private bool TryRecover(Hash256 digest, Signature signature, Span<byte> key)
    {
        Span<byte> compact = stackalloc byte[2 * Hash256.Size];
        Span<byte> message = stackalloc byte[Hash256.Size];
        Span<byte> opaque = stackalloc byte[Secp256k1Library.OpaqueSignatureSize];
        signature.RBytes.CopyTo(compact);
        signature.SBytes.CopyTo(compact[Hash256.Size..]);
        digest.CopyTo(message);
        return Secp256k1Library.ParseRecoverable(_context, ref First(opaque), ref First(compact), signature.YIsOdd ? 1 : 0) == 1
            && Secp256k1Library.Recover(_context, ref First(key), ref First(opaque), ref First(message)) == 1;
    }

    private byte[] Serialized(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Secp256k1Library.SerializedKeySize];
        Serialize(key, bytes);
        return bytes[1..].ToArray();
    }

    private void Serialize(ReadOnlySpan<byte> key, Span<byte> bytes)
    {
        var size = (nuint)bytes.Length;
        Secp256k1Library.SerializeKey(_context, ref First(bytes), ref size, ref First(key), Secp256k1Library.Uncompressed);
    }

    private static void WriteReduced(Hash256 digest, Span<byte> destination)
    {
        digest.CopyTo(destination);
        if (digest.CompareTo(CurveOrder.Value) >= 0)
        {
            var order = new System.Numerics.BigInteger(CurveOrder.Value.ToArray(), isUnsigned: true, isBigEndian: true);
            var rest = new System.Numerics.BigInteger(destination, isUnsigned: true, isBigEndian: true) % order;
            destination.Clear();
            rest.TryWriteBytes(destination[(Hash256.Size - rest.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        }
    }

    private static NativeSecp256k1? Load()
    {
        if (Secp256k1Library.File is not { } file)
        {
            return null;
        }

        try
        {
            var context = Secp256k1Library.CreateContext(Secp256k1Library.SignAndVerify);
            Span<byte> seed = stackalloc byte[32];
            RandomNumberGenerator.Fill(seed);
            var isBlinded = context != 0 && Secp256k1Library.Randomize(context, ref First(seed)) == 1;
            CryptographicOperations.ZeroMemory(seed);
            return isBlinded && new NativeSecp256k1(context, file) is var library && library.IsRight() ? library : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null; // Built without recovery.
        }
    }

    // One signature beside the other library's: a broken build shows before anything depends on it.
    private bool IsRight()
    {
        var (secret, digest) = (CurveOrder.Half.ToArray(), CurveOrder.Value);
        var signature = Sign(secret, digest);
        return signature.ToBytes().AsSpan().SequenceEqual(ManagedSecp256k1.Instance.Sign(secret, digest).ToBytes())
            && Recover(digest, signature) is { } key && key.AsSpan().SequenceEqual(PublicKeyOf(secret));
    }

    private static ref byte First(ReadOnlySpan<byte> bytes) => ref MemoryMarshal.GetReference(bytes);
}
