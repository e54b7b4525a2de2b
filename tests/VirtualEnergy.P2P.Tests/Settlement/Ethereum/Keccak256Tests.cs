using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class Keccak256Tests
{
    [Fact]
    public void Hashes_of_every_length_over_some_blocks_are_those_of_bouncy_castle()
    {
        // A block has 136 bytes; 0 to 420 are none to three of them and what is left, each length once.
        var data = Enumerable.Range(0, 420).Select(i => (byte)(i * 167 % 251)).ToArray();
        for (var length = 0; length <= data.Length; length++)
        {
            Assert.Equal(Hex.Of(Reference(data[..length])), Keccak256.Hash(data.AsSpan(0, length)).ToString());
        }
    }

    [Fact]
    public void Hashes_of_any_bytes_are_those_of_bouncy_castle() =>
        Gen.Byte.Array[0, 2_000].Sample(data => Assert.Equal(Hex.Of(Reference(data)), Keccak256.Hash(data).ToString()), iter: 500);

    private static byte[] Reference(byte[] data)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(data, 0, data.Length);
        var hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
