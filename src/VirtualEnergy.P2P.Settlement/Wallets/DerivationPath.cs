using System.Collections.Immutable;
using System.Globalization;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>The way from a wallet's root to one key (BIP-32): child numbers, hardened ones from 2^31 up, written with an apostrophe.</summary>
public sealed class DerivationPath
{
    /// <summary>A child number from here up is hardened: its parent's public half does not give it.</summary>
    public const uint Hardened = 1u << 31;

    /// <summary>BIP-32 counts depth in a byte.</summary>
    private const int MaxDepth = 255;

    private DerivationPath(ImmutableArray<uint> children) => Children = children;

    public ImmutableArray<uint> Children { get; }

    /// <summary>m/44'/60'/0'/0/index: what every Ethereum wallet shows as its account number <paramref name="index"/> (BIP-44; SLIP-44 gives Ethereum 60).</summary>
    /// <param name="index">From 0, below 2^31.</param>
    public static DerivationPath Ethereum(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new DerivationPath([44 | Hardened, 60 | Hardened, 0 | Hardened, 0, (uint)index]);
    }

    /// <param name="text"><c>m</c>, or <c>m/44'/60'/0'/0/0</c>; h or H may stand for the apostrophe.</param>
    /// <exception cref="MnemonicException">Not that.</exception>
    public static DerivationPath Parse(string text)
    {
        var parts = text.Length <= 16 * MaxDepth ? text.Split('/') : throw new MnemonicException("A derivation path is not that long.");
        return parts[0] == "m" && parts.Length - 1 <= MaxDepth
            ? new DerivationPath([.. parts.Skip(1).Select(Child)])
            : throw new MnemonicException("A derivation path begins with m and has at most 255 steps: m/44'/60'/0'/0/0.");
    }

    public override string ToString() => string.Concat(
        Children.Select(child => string.Create(CultureInfo.InvariantCulture, $"/{child & ~Hardened}{(child >= Hardened ? "'" : "")}")).Prepend("m"));

    private static uint Child(string part)
    {
        var isHardened = part is [.., '\'' or 'h' or 'H'];
        var digits = isHardened ? part[..^1] : part;
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Hardened
            ? isHardened ? number | Hardened : number
            : throw new MnemonicException("A step of a derivation path is a number below 2^31, with an apostrophe where it is hardened.");
    }
}
