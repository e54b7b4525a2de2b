using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Ecdsa;

/// <summary>The number of points of the curve (SEC 2, 2.4.1): secrets, r and s lie between 0 and it.</summary>
internal static class CurveOrder
{
    public static readonly Hash256 Value = Constant("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    /// <summary>The greatest s that counts (EIP-2).</summary>
    public static readonly Hash256 Half = Constant("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    public static bool IsAbove(Hash256 number) => number != default && number.CompareTo(Value) < 0;

    private static Hash256 Constant(string text) => Hash256.TryParse(text, out var number) ? number : throw new FormatException(text);
}
