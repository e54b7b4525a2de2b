using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>BIP-39's English list, in its order. The file comes with the build from npm's <c>bip39</c>.</summary>
internal static class EnglishWords
{
    /// <summary>Letters of the longest word.</summary>
    public const int Longest = 8;

    private const int Count = 2048;

    private static readonly ImmutableArray<string> Words = Load();

    private static readonly FrozenDictionary<string, int> Places =
        Words.Select((word, place) => KeyValuePair.Create(word, place)).ToFrozenDictionary(StringComparer.Ordinal);

    public static string At(int index) => Words[index];

    /// <summary>−1 where the word is none of the list.</summary>
    public static int IndexOf(string word) => Places.GetValueOrDefault(word, -1);

    private static ImmutableArray<string> Load()
    {
        using var list = typeof(EnglishWords).Assembly.GetManifestResourceStream("Wallets/english.json")!;
        var words = JsonSerializer.Deserialize<string[]>(list)!;
        return words.Length == Count ? [.. words] : throw new InvalidOperationException($"The word list has {words.Length} words, not {Count}.");
    }
}
