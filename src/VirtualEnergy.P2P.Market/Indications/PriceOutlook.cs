using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Indications;

/// <summary>The prices at which what the members plan would meet, period by period. They bind nobody: homes plan by them, and bid as they like.</summary>
/// <param name="First">The first period.</param>
/// <param name="Prices">One a period, at least one; µEUR/kWh, not on tick.</param>
public sealed record PriceOutlook(Period First, ImmutableArray<Price> Prices)
{
    private const int SecondsADay = 86_400;

    /// <summary>The outlook from a later period on. Periods beyond its end are taken to be as a day before, or as the last.</summary>
    /// <param name="period">Not before the first.</param>
    /// <param name="length">Periods.</param>
    /// <param name="grid">Length of a period.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period lies before the outlook, or the outlook is over.</exception>
    public PriceOutlook From(Period period, int length, PeriodGrid grid)
    {
        var skipped = period.Index - First.Index;
        ArgumentOutOfRangeException.ThrowIfNegative(skipped, nameof(period));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(skipped, Prices.Length, nameof(period));
        var (day, prices) = (SecondsADay / grid.LengthSeconds, new Price[length]);
        for (var t = 0; t < length; t++)
        {
            prices[t] = skipped + t < Prices.Length ? Prices[(int)skipped + t] : t >= day ? prices[t - day] : Prices[^1];
        }

        return new PriceOutlook(period, [.. prices]);
    }

    public bool Equals(PriceOutlook? other) => other is not null && First == other.First && Prices.AsSpan().SequenceEqual(other.Prices.AsSpan());

    public override int GetHashCode() => HashCode.Combine(First, Prices.Length);
}
