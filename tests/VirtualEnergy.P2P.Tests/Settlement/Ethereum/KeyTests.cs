using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class KeyTests
{
    // SEC 2, 2.4.1.
    private static readonly BigInteger Order =
        BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber);

    private static readonly EthereumKey Key = EthereumKey.FromHex("0xc85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4");

    [Fact]
    public void Keccak_of_nothing_is_the_known_constant() => // Yellow paper, 4.1: the code hash of an account without code.
        Assert.Equal("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", Keccak256.Hash([]).ToString());

    [Fact]
    public void Key_of_eip_712_example_has_its_address() => // EIP-712, example script: the key is keccak256("cow").
        Assert.Equal("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", Key.Address.ToChecksumString());

    [Fact]
    public void A_signature_has_the_bytes_of_eip_712_example()
    {
        // EIP-712, example script: digest, v 28, r and s of the mail to Bob.
        var digest = new Hash256(Hex.Parse("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"));

        Assert.Equal(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
            + "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562" + "1c",
            Key.Sign(digest).ToString());
    }

    [Fact]
    public void What_is_signed_recovers_the_signer_and_nothing_else() =>
        Gen.Byte.Array[32].Select(Gen.Byte.Array[32]).Sample((secret, message) =>
        {
            secret[0] &= 0x7f;
            secret[31] |= 1;
            var key = EthereumKey.FromBytes(secret);
            var digest = new Hash256(message);
            var signature = key.Sign(digest);

            Assert.Equal(key.Address, signature.Recover(digest));
            Assert.NotEqual(key.Address, signature.Recover(Keccak256.Hash(message)));
            Assert.True(Signature.TryParse(signature.ToBytes(), out var again));
            Assert.Equal(signature.ToBytes(), again.ToBytes());
            Assert.Equal(signature.ToBytes(), key.Sign(digest).ToBytes());
        }, iter: 100);

    [Fact]
    public void The_malleable_twin_of_a_signature_is_refused()
    {
        var bytes = Key.Sign(Keccak256.Hash("bid")).ToBytes();
        var twin = bytes.ToArray();
        var s = Order - new BigInteger(bytes.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        twin.AsSpan(32, 32).Clear();
        s.ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(twin, 64 - s.GetByteCount(isUnsigned: true));
        twin[64] = (byte)(55 - bytes[64]);

        Assert.True(Signature.TryParse(bytes, out _));
        Assert.False(Signature.TryParse(twin, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(26)]
    [InlineData(29)]
    [InlineData(255)]
    public void A_v_other_than_27_and_28_is_refused(byte v)
    {
        var bytes = Key.Sign(Keccak256.Hash("bid")).ToBytes();
        bytes[64] = v;

        Assert.False(Signature.TryParse(bytes, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void A_zero_or_an_order_for_r_or_s_is_refused(int at)
    {
        var zero = Key.Sign(Keccak256.Hash("bid")).ToBytes();
        zero.AsSpan(at, 32).Clear();
        var order = Key.Sign(Keccak256.Hash("bid")).ToBytes();
        Order.ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(order, at);

        Assert.False(Signature.TryParse(zero, out _));
        Assert.False(Signature.TryParse(order, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(66)]
    public void A_signature_has_65_bytes(int size) => Assert.False(Signature.TryParse(new byte[size], out _));

    [Fact]
    public void An_r_that_is_no_abscissa_recovers_nobody()
    {
        // 5: 5³ + 7 = 132 is no square modulo the field's prime.
        var bytes = new byte[65];
        bytes[31] = 5;
        bytes[63] = 1;
        bytes[64] = 27;

        Assert.True(Signature.TryParse(bytes, out var signature));
        Assert.Null(signature.Recover(Keccak256.Hash("bid")));
    }

    [Fact]
    public void A_key_is_neither_zero_nor_the_order_nor_of_another_size()
    {
        Assert.Throws<FormatException>(() => EthereumKey.FromBytes(new byte[32]));
        Assert.Throws<FormatException>(() => EthereumKey.FromBytes(Order.ToByteArray(isUnsigned: true, isBigEndian: true)));
        Assert.Throws<FormatException>(() => EthereumKey.FromBytes(new byte[31]));
        Assert.Equal(Key.Address, EthereumKey.FromBytes(Key.ToBytes()).Address);
    }

    [Fact]
    public void A_refused_key_is_not_repeated_in_the_message()
    {
        const string Mistyped = "0xc85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aa";

        Assert.DoesNotContain("c85ef7", Assert.Throws<FormatException>(() => EthereumKey.FromHex(Mistyped)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c85ef7", Key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using var random = RandomNumberGenerator.Create();

        Assert.NotEqual(EthereumKey.Generate(random).Address, EthereumKey.Generate(random).Address);
    }
}
