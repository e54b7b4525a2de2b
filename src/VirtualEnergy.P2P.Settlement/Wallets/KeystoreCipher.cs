using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>Web3 Secret Storage, version 3: the derived key's first half encrypts, its second half authenticates.</summary>
internal static class KeystoreCipher
{
    public const string Name = "aes-128-ctr";

    private const int BlockSize = 16;

    /// <summary>Encrypts or decrypts: counter mode does not tell them apart.</summary>
    public static byte[] Apply(byte[] derived, byte[] iv, byte[] data)
    {
        if (iv.Length != BlockSize)
        {
            throw new FormatException($"The initialisation vector has {iv.Length} bytes, not {BlockSize}.");
        }

        var counter = new SicBlockCipher(new AesEngine());
        counter.Init(forEncryption: true, new ParametersWithIV(new KeyParameter(derived, 0, BlockSize), iv));
        var output = new byte[data.Length];
        var block = new byte[BlockSize];
        for (var start = 0; start < data.Length; start += BlockSize)
        {
            var size = Math.Min(BlockSize, data.Length - start);
            Array.Clear(block);
            data.AsSpan(start, size).CopyTo(block);
            counter.ProcessBlock(block, 0, block, 0);
            block.AsSpan(0, size).CopyTo(output.AsSpan(start));
        }

        return output;
    }

    public static byte[] Mac(byte[] derived, byte[] ciphertext) =>
        Keccak256.Hash([.. derived.AsSpan(BlockSize, BlockSize), .. ciphertext]).ToArray();
}
