using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum.Ecdsa;

/// <summary>Both libraries side by side: the same bytes out for the same bytes in, whatever they are.</summary>
public sealed class Secp256k1Tests
{
    private static readonly ManagedSecp256k1 Managed = ManagedSecp256k1.Instance;

    // SEC 2, 2.4.1: the order of the curve.
    private static readonly BigInteger Order = Signature.CurveOrder;

    private static readonly Gen<byte[]> Secrets = Gen.OneOf(
        Gen.Byte.Array[32], Gen.Int[1, 5].Select(low => Word(low)), Gen.Int[1, 5].Select(high => Word(Order - high)));

    // Digests are any 32 bytes: at and above the order as well.
    private static readonly Gen<Hash256> Digests = Gen.OneOf(
        Gen.Byte.Array[32].Select(bytes => new Hash256(bytes)), Gen.Int[-5, 5].Select(off => new Hash256(Word(Order + off))),
        Gen.Int[0, 5].Select(low => new Hash256(Word(low))), Gen.Int[1, 5].Select(high => new Hash256(Word((BigInteger.One << 256) - high))));

    [Fact]
    public void Libsecp256k1_is_what_computes_where_it_is_installed()
    {
        _ = Native();
        Assert.Equal(!Secp256k1.IsManagedByChoice, Secp256k1.IsNative);
        Assert.Equal(Secp256k1.IsNative, Secp256k1.Implementation.StartsWith("libsecp256k1 (", StringComparison.Ordinal));
    }

    [Fact]
    public void Both_sign_the_same_bytes()
    {
        var native = Native();
        Gen.Select(Secrets.Where(IsSecret), Digests).Sample((secret, digest) =>
        {
            Assert.Equal(Managed.PublicKeyOf(secret), native.PublicKeyOf(secret));
            Assert.Equal(Managed.Sign(secret, digest).ToBytes(), native.Sign(secret, digest).ToBytes());
        }, iter: 300);
    }

    [Fact]
    public void Both_recover_the_same_key_from_a_signature_made_for_it()
    {
        var native = Native();
        Gen.Select(Secrets.Where(IsSecret), Digests, Gen.Bool).Sample((secret, digest, flip) =>
        {
            var made = Managed.Sign(secret, digest);
            var signature = flip ? Signature.FromParts(made.RBytes, made.SBytes, !made.YIsOdd)! : made;
            var key = new PublicKey(Managed.PublicKeyOf(secret));

            Assert.Equal(Managed.Recover(digest, signature), native.Recover(digest, signature));
            // The other parity is another key's signature, for both.
            Assert.Equal(!flip, Managed.IsSignedBy(key, digest, signature));
            Assert.Equal(!flip, native.IsSignedBy(key, digest, signature));
        }, iter: 200);
    }

    [Fact]
    public void Both_recover_the_same_key_or_none_from_any_numbers()
    {
        var native = Native();
        var numbers = Gen.OneOf(Gen.Byte.Array[32], Gen.Int[1, 40].Select(low => Word(low)), Gen.Int[1, 5].Select(high => Word(Order - high)));
        var somebody = new PublicKey(Managed.PublicKeyOf(Word(7)));
        Gen.Select(numbers, numbers, Digests, Gen.Bool).Sample((r, s, digest, isOdd) =>
        {
            s[0] &= 0x3f; // below half the order
            if (Signature.FromParts(new Hash256(r), new Hash256(s), isOdd) is { } signature)
            {
                var recovered = Managed.Recover(digest, signature);
                Assert.Equal(recovered, native.Recover(digest, signature));
                Assert.Equal(Managed.IsSignedBy(somebody, digest, signature), native.IsSignedBy(somebody, digest, signature));
                if (recovered is not null)
                {
                    Assert.True(Managed.IsSignedBy(new PublicKey(recovered), digest, signature));
                    Assert.True(native.IsSignedBy(new PublicKey(recovered), digest, signature));
                }
            }
        }, iter: 500);
    }

    [Fact]
    public void A_signature_whose_key_would_be_the_point_at_infinity_recovers_nobody_by_either()
    {
        // Q = (s·R − z·G) / r. With R = k·G and z = s·k there is nothing left. k = 1: r is the abscissa of G; s = 5, z = 5.
        var r = new Hash256(Managed.PublicKeyOf(Word(1)).AsSpan(0, 32));
        var isOdd = (Managed.PublicKeyOf(Word(1))[63] & 1) == 1;
        var signature = Signature.FromParts(r, new Hash256(Word(5)), isOdd)!;

        Assert.Null(Managed.Recover(new Hash256(Word(5)), signature));
        Assert.Null(Native().Recover(new Hash256(Word(5)), signature));
    }

    [Fact]
    public void Many_threads_get_the_answers_of_one()
    {
        var native = Native();
        var secret = Word(123_456_789);
        var expected = Enumerable.Range(0, 200).Select(i => Managed.Sign(secret, Keccak256.Hash($"bid {i}")).ToString()).ToArray();
        var got = new string[expected.Length];
        Parallel.For(0, expected.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => got[i] = native.Sign(secret, Keccak256.Hash($"bid {i}")).ToString());

        Assert.Equal(expected, got);
    }

    [Fact]
    public void A_known_signer_is_believed_for_what_it_signed_and_nothing_else()
    {
        var (anna, bice) = (EthereumKey.FromBytes(Word(11)), EthereumKey.FromBytes(Word(12)));
        var (one, two) = (Keccak256.Hash("one"), Keccak256.Hash("two"));
        var signers = new KnownSigners();
        for (var time = 0; time < 2; time++)
        {
            Assert.True(signers.IsSignedBy(anna.Address, one, anna.Sign(one).ToBytes()));
            Assert.False(signers.IsSignedBy(anna.Address, two, anna.Sign(one).ToBytes()));
            Assert.False(signers.IsSignedBy(anna.Address, one, bice.Sign(one).ToBytes()));
            var flipped = anna.Sign(one).ToBytes();
            flipped[64] = (byte)(55 - flipped[64]);
            Assert.False(signers.IsSignedBy(anna.Address, one, flipped));
            Assert.False(signers.IsSignedBy(anna.Address, one, []));
        }
    }

    private static NativeSecp256k1 Native()
    {
        Assert.SkipUnless(NativeSecp256k1.Instance is not null, "libsecp256k1 is not installed: apt-get install libsecp256k1-1, or brew install secp256k1.");
        return NativeSecp256k1.Instance!;
    }

    private static bool IsSecret(byte[] secret) => CurveOrder.IsAbove(new Hash256(secret));

    private static byte[] Word(BigInteger number)
    {
        var word = new byte[32];
        number.ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(word, 32 - number.GetByteCount(isUnsigned: true));
        return word;
    }
}
