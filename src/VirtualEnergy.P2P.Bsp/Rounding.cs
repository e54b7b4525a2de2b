namespace VirtualEnergy.P2P.Bsp;

/// <summary>Division of whole numbers with one rule of rounding.</summary>
internal static class Rounding
{
    /// <summary>The quotient to the nearest whole number; halves go towards +∞.</summary>
    /// <param name="divisor">Above 0.</param>
    public static long HalfUp(Int128 dividend, long divisor) => (long)Floor(2 * dividend + divisor, 2 * (Int128)divisor);

    /// <summary>The quotient rounded towards +∞.</summary>
    public static Int128 Ceiling(Int128 dividend, Int128 divisor) => -Floor(-dividend, divisor);

    /// <summary>The quotient rounded towards −∞.</summary>
    public static Int128 Floor(Int128 dividend, Int128 divisor)
    {
        var (quotient, remainder) = Int128.DivRem(dividend, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
