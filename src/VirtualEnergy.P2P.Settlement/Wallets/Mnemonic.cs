using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>
/// A secret as 12, 15, 18, 21 or 24 English words (BIP-39): 11 bits a word, of which one bit in 33 is a checksum. Never in
/// the text of this object, nor in a message: it is the money.
/// </summary>
public sealed class Mnemonic
{
    /// <summary>The least entropy, in bytes; four more for each three words more, up to <see cref="MaxEntropy"/>.</summary>
    public const int MinEntropy = 16;

    public const int MaxEntropy = 32;

    /// <summary>What a seed has, in bytes.</summary>
    public const int SeedSize = 64;

    private const int BitsOfWord = 11;
    private const int BytesOfThreeWords = 4;
    private const int MaxLength = 24 * (EnglishWords.Longest + 1) * 2;
    private const int Iterations = 2048;

    private readonly ImmutableArray<byte> _entropy;
    private readonly string _words;

    private Mnemonic(ReadOnlySpan<byte> entropy)
    {
        _entropy = [.. entropy];
        _words = string.Join(' ', WordsOf(entropy));
    }

    public int WordCount => _entropy.Length / BytesOfThreeWords * 3;

    /// <exception cref="MnemonicException">Not 16, 20, 24, 28 or 32 bytes.</exception>
    public static Mnemonic FromEntropy(ReadOnlySpan<byte> entropy) =>
        entropy.Length is >= MinEntropy and <= MaxEntropy && entropy.Length % BytesOfThreeWords == 0
            ? new Mnemonic(entropy)
            : throw new MnemonicException($"{entropy.Length} bytes make no word list; 16, 20, 24, 28 and 32 do.");

    /// <param name="random">Gives the entropy.</param>
    /// <param name="words">12, 15, 18, 21 or 24.</param>
    public static Mnemonic Generate(RandomNumberGenerator random, int words = 12)
    {
        if (words is < 12 or > 24 || words % 3 != 0)
        {
            throw new MnemonicException(NotACount(words));
        }

        var entropy = new byte[words / 3 * BytesOfThreeWords];
        random.GetBytes(entropy);
        var mnemonic = new Mnemonic(entropy);
        CryptographicOperations.ZeroMemory(entropy);
        return mnemonic;
    }

    /// <summary>Reads words in any case, with any white space between.</summary>
    /// <exception cref="MnemonicException">The number of words, a word (named by its place only) or the checksum is wrong.</exception>
    public static Mnemonic Parse(string text)
    {
        var words = text.Length <= MaxLength ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : throw new MnemonicException("The text is longer than any 24 words.");
        if (words.Length is < 12 or > 24 || words.Length % 3 != 0)
        {
            throw new MnemonicException(NotACount(words.Length));
        }

        var entropyBits = words.Length / 3 * BytesOfThreeWords * 8;
        var bits = new byte[words.Length / 3 * BytesOfThreeWords + 1];
        for (var i = 0; i < words.Length; i++)
        {
            var index = EnglishWords.IndexOf(words[i].ToLowerInvariant());
            if (index < 0)
            {
                throw new MnemonicException($"Word {i + 1} of {words.Length} is not in BIP-39's English list.");
            }

            Put(bits, i * BitsOfWord, index);
        }

        var mnemonic = new Mnemonic(bits.AsSpan(0, entropyBits / 8));
        CryptographicOperations.ZeroMemory(bits);
        return mnemonic._words.Equals(string.Join(' ', words), StringComparison.OrdinalIgnoreCase)
            ? mnemonic
            : throw new MnemonicException("All words are known, and their checksum is wrong: one is another, or two are swapped.");
    }

    /// <summary>The secret bytes.</summary>
    public byte[] ToEntropy() => [.. _entropy];

    /// <summary>The words, one space between two. Only for showing them to their owner.</summary>
    public string RevealWords() => _words;

    /// <summary>The 64 bytes of which all keys are made.</summary>
    /// <param name="passphrase">
    /// A further secret: another one is another wallet. ASCII only, because the standard normalises the rest by Unicode's
    /// NFKD, whose tables this program does not carry; see <see cref="ToSeedWithNormalised"/>.
    /// </param>
    /// <exception cref="MnemonicException">The passphrase is not ASCII.</exception>
    public byte[] ToSeed(string passphrase = "") =>
        Ascii.IsValid(passphrase)
            ? ToSeedWithNormalised(Encoding.ASCII.GetBytes(passphrase))
            : throw new MnemonicException("The passphrase has characters beyond ASCII, which would have to be normalised first (NFKD); without that it would open another wallet.");

    /// <summary>As <see cref="ToSeed"/>, with a passphrase that the caller has normalised.</summary>
    /// <param name="passphrase">UTF-8 of the passphrase in Unicode's normalisation form KD.</param>
    public byte[] ToSeedWithNormalised(ReadOnlySpan<byte> passphrase)
    {
        byte[] salt = [.. "mnemonic"u8, .. passphrase];
        return Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(_words), salt, Iterations, HashAlgorithmName.SHA512, SeedSize);
    }

    public override string ToString() => $"{WordCount} words";

    private static IEnumerable<string> WordsOf(ReadOnlySpan<byte> entropy)
    {
        // The first bits of the hash follow the entropy; at most eight are used.
        byte[] bits = [.. entropy, SHA256.HashData(entropy)[0]];
        return Enumerable.Range(0, entropy.Length / BytesOfThreeWords * 3).Select(i => EnglishWords.At(Get(bits, i * BitsOfWord)));
    }

    private static int Get(byte[] bits, int start)
    {
        var index = 0;
        for (var bit = start; bit < start + BitsOfWord; bit++)
        {
            index = (index << 1) | ((bits[bit / 8] >> (7 - bit % 8)) & 1);
        }

        return index;
    }

    private static void Put(byte[] bits, int start, int index)
    {
        for (var i = 0; i < BitsOfWord; i++)
        {
            bits[(start + i) / 8] |= (byte)(((index >> (BitsOfWord - 1 - i)) & 1) << (7 - (start + i) % 8));
        }
    }

    private static string NotACount(int words) => $"{words} words are no BIP-39 secret; 12, 15, 18, 21 and 24 are.";
}

/// <summary>Words that are no secret of BIP-39, or a path that is none of BIP-32; the message never repeats them.</summary>
public sealed class MnemonicException(string message) : FormatException(message);
