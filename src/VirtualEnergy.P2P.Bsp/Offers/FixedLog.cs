namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>The natural logarithm of a fraction in whole millionths, rounded up; bit by bit, so that no machine's floating point is asked.</summary>
internal static class FixedLog
{
    private const int Bits = 32;

    // ln 2 = 0.693147180559945…, rounded up in the tenth decimal.
    private const long Ln2 = 6_931_471_806;

    /// <param name="numerator">Not below the denominator, below 2³¹.</param>
    /// <param name="denominator">Above 0.</param>
    public static long MillionthsUp(long numerator, long denominator)
    {
        // x in [1, 2) as a number with 32 bits behind the point; each squaring brings one more bit of log₂ x.
        UInt128 one = (UInt128)1 << Bits;
        var x = ((UInt128)(ulong)numerator << Bits) / (ulong)denominator;
        ulong log = 0;
        while (x >= 2 * one)
        {
            x >>= 1;
            log += 1UL << Bits;
        }

        for (var bit = Bits - 1; bit >= 0; bit--)
        {
            x = (x * x) >> Bits;
            if (x >= 2 * one)
            {
                x >>= 1;
                log += 1UL << bit;
            }
        }

        // Every step above rounds down, all together by far less than 2⁻²⁰ of log₂; that much is added before rounding up.
        var scaled = (UInt128)(log + (1UL << (Bits - 20))) * (ulong)Ln2;
        return (long)(scaled / ((UInt128)10_000 << Bits)) + 1;
    }
}
