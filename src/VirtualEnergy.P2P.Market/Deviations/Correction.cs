namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>
/// What is now known of a period that was settled by another number: a late reading, a corrected one, or an estimate in place of a disputed one. What
/// was settled stays; the difference is carried into the member's next metered period. Wh, import − export.
/// </summary>
/// <param name="Period">The period that is corrected.</param>
/// <param name="Assumed">What it was settled, or last corrected, by.</param>
/// <param name="Known">What counts from now on.</param>
public readonly record struct Correction(MemberId Member, Period Period, Energy Assumed, Energy Known)
{
    /// <summary>+ she took more than was assumed.</summary>
    public Energy Difference => Known - Assumed;
}
