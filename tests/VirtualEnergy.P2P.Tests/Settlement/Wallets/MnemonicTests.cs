using System.Security.Cryptography;
using System.Text;
using CsCheck;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Wallets;

public sealed class MnemonicTests
{
    // The mnemonic that Anvil and Hardhat print at their start, with the address of its first account.
    private const string Junk = "test test test test test test test test test test test junk";

    [Fact]
    public void The_list_is_bip_39s_own()
    {
        // SHA-256 of bip-0039/english.txt of the standard's repository: each word and a line feed.
        var words = Enumerable.Range(0, 2048).Select(index => Mnemonic.FromEntropy(EntropyThatBeginsWith(index)).RevealWords().Split(' ')[0]);

        Assert.Equal(
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(words.Select(word => word + '\n'))))));
    }

    [Fact]
    public void Anvils_words_give_anvils_accounts()
    {
        var root = HdKey.FromSeed(Mnemonic.Parse(Junk).ToSeed());

        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", root.Derive(DerivationPath.Ethereum(0)).Key.Address.ToChecksumString());
        Assert.Equal("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", root.Derive(DerivationPath.Ethereum(1)).Key.Address.ToChecksumString());
    }

    [Fact]
    public void The_first_vector_of_bip_32_has_its_keys()
    {
        // BIP-32, "Test vector 1": seed 000102…0f. The keys lie in its xprv texts; the root's is HMAC-SHA-512("Bitcoin seed", seed)'s left half.
        var root = HdKey.FromSeed(Enumerable.Range(0, 16).Select(i => (byte)i).ToArray());

        Assert.Equal("0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35", Hex.Of(root.Key.ToBytes()));
        Assert.Equal("0xedb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea", Hex.Of(root.Derive(DerivationPath.Parse("m/0'")).Key.ToBytes()));
        Assert.Equal("0x3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368", Hex.Of(root.Derive(DerivationPath.Parse("m/0h/1")).Key.ToBytes()));
    }

    [Fact]
    public void Words_and_entropy_are_one_and_the_same() =>
        Gen.Int[4, 8].SelectMany(quarters => Gen.Byte.Array[4 * quarters]).Sample(entropy =>
        {
            var mnemonic = Mnemonic.FromEntropy(entropy);
            var shouted = "\t" + mnemonic.RevealWords().ToUpperInvariant().Replace(" ", " \n ", StringComparison.Ordinal);

            Assert.Equal(entropy.Length * 3 / 4, mnemonic.WordCount);
            Assert.Equal(entropy, Mnemonic.Parse(shouted).ToEntropy());
        }, iter: 500);

    [Fact]
    public void Another_word_is_nearly_always_noticed_and_never_silently_corrected() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 11], Gen.Int[0, 2047]).Sample((entropy, place, index) =>
        {
            var words = Mnemonic.FromEntropy(entropy).RevealWords().Split(' ');
            words[place] = Mnemonic.FromEntropy(EntropyThatBeginsWith(index)).RevealWords().Split(' ')[0];
            var text = string.Join(' ', words);
            try
            {
                Assert.Equal(text, Mnemonic.Parse(text).RevealWords());
            }
            catch (MnemonicException e)
            {
                Assert.Contains("checksum", e.Message, StringComparison.Ordinal);
            }
        }, iter: 500);

    [Theory]
    [InlineData("", "0 words")]
    [InlineData("test test test", "3 words")]
    [InlineData("test test test test test test test test test test test test test", "13 words")]
    [InlineData("test test test test test test test test test test test test", "checksum")]
    [InlineData("test test test test test test test test test test sesame junk", "Word 11 of 12")]
    public void What_is_no_secret_is_refused_by_place_and_without_its_words(string text, string why)
    {
        var e = Assert.Throws<MnemonicException>(() => Mnemonic.Parse(text));

        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_megabytes_is_refused_unread() =>
        Assert.Contains("longer than any 24 words", Assert.Throws<MnemonicException>(() => Mnemonic.Parse(new string('a', 1 << 20))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_passphrase_that_would_need_normalising_is_refused_not_misread() =>
        Assert.Contains("NFKD", Assert.Throws<MnemonicException>(() => Mnemonic.Parse(Junk).ToSeed("è")).Message, StringComparison.Ordinal);

    [Fact]
    public void Another_passphrase_is_another_wallet() => Assert.NotEqual(Mnemonic.Parse(Junk).ToSeed(), Mnemonic.Parse(Junk).ToSeed("x"));

    [Fact]
    public void Neither_words_nor_keys_appear_in_text()
    {
        var mnemonic = Mnemonic.Parse(Junk);

        Assert.Equal("12 words", mnemonic.ToString());
        Assert.Equal("key of 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", HdKey.FromSeed(mnemonic.ToSeed()).Derive(DerivationPath.Ethereum(0)).ToString());
    }

    [Fact]
    public void Generated_words_differ()
    {
        using var random = RandomNumberGenerator.Create();

        Assert.NotEqual(Mnemonic.Generate(random).RevealWords(), Mnemonic.Generate(random).RevealWords());
        Assert.Equal(24, Mnemonic.Generate(random, 24).WordCount);
        Assert.Throws<MnemonicException>(() => Mnemonic.Generate(random, 13));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(36)]
    public void Entropy_has_16_to_32_bytes_in_steps_of_four(int size) => Assert.Throws<MnemonicException>(() => Mnemonic.FromEntropy(new byte[size]));

    [Theory]
    [InlineData("m")]
    [InlineData("m/44'/60'/0'/0/0")]
    [InlineData("m/2147483647'/2147483647")]
    public void Paths_are_written_as_they_are_read(string path) => Assert.Equal(path, DerivationPath.Parse(path).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("44'/60'")]
    [InlineData("m/")]
    [InlineData("m/-1")]
    [InlineData("m/2147483648")]
    [InlineData("m/0''")]
    [InlineData("m/ 1")]
    public void What_is_no_path_is_refused(string path) => Assert.Throws<MnemonicException>(() => DerivationPath.Parse(path));

    [Theory]
    [InlineData(15)]
    [InlineData(65)]
    public void A_seed_of_another_size_is_refused(int size) => Assert.Throws<MnemonicException>(() => HdKey.FromSeed(new byte[size]));

    // The first eleven bits are the first word.
    private static byte[] EntropyThatBeginsWith(int index) => [(byte)(index >> 3), (byte)((index & 7) << 5), .. new byte[14]];
}
