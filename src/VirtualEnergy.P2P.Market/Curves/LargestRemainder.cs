namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>Shares of a whole in whole units: rounded down, then what is left to the largest remainders, then to the earlier.</summary>
public static class LargestRemainder
{
    /// <param name="amount">0 or more.</param>
    /// <param name="weights">Not negative, each below 2⁶³; of an amount up to their sum a share never exceeds its weight. Without any, all shares are 0.</param>
    public static long[] Share(Int128 amount, long[] weights)
    {
        var total = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        var shares = new long[weights.Length];
        var remainders = new Int128[weights.Length];
        if (total == 0)
        {
            return shares;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            var (share, remainder) = Int128.DivRem(amount * weights[i], total);
            (shares[i], remainders[i]) = ((long)share, remainder);
        }

        GiveOut(amount, shares, remainders);
        return shares;
    }

    /// <summary>Raises shares by one, largest remainder first, then the earlier, until they add up to <paramref name="amount"/>.</summary>
    internal static void GiveOut(Int128 amount, long[] shares, Int128[] remainders)
    {
        var left = (int)(amount - shares.Aggregate(Int128.Zero, (sum, share) => sum + share));
        if (left == 0)
        {
            return;
        }

        foreach (var i in Enumerable.Range(0, shares.Length).OrderByDescending(i => remainders[i]).Take(left))
        {
            shares[i]++;
        }
    }
}
