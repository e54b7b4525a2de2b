using System.Diagnostics.CodeAnalysis;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// The prices at which curves state a demand: evenly spaced steps from the minimum to the maximum, both included. Every curve
/// of a cluster is on the same basis.
/// </summary>
/// <remarks>
/// The price of step i is min + i·(max − min)/(n − 1), a fraction in general; nothing here rounds it before it must. The step
/// of a price is ⌊(price − min)/step + ½⌋. Source: PowerMatcher 2.1, <c>MarketBasis</c> and <c>Price</c>, without its
/// floating point: where a price lies exactly between two steps, a double may fall on the other one.
/// </remarks>
public sealed record MarketBasis
{
    /// <summary>More steps than this are a mistake: a euro in hundredths of a cent has 10,001.</summary>
    public const int MaxPriceSteps = 100_000;

    /// <summary>Largest magnitude of a price in its unit; keeps every product here inside 128 bits.</summary>
    public const long MaxPrice = 100_000_000_000_000;

    private MarketBasis(int priceSteps, long minimumPrice, long maximumPrice)
    {
        PriceSteps = priceSteps;
        MinimumPrice = minimumPrice;
        MaximumPrice = maximumPrice;
    }

    /// <summary>How many demands a curve has; at least 1.</summary>
    public int PriceSteps { get; }

    /// <summary>The price of step 0, in whatever unit the cluster uses; µEUR/kWh in the market.</summary>
    public long MinimumPrice { get; }

    /// <summary>The price of the last step; above <see cref="MinimumPrice"/>.</summary>
    public long MaximumPrice { get; }

    private Int128 Range => (Int128)MaximumPrice - MinimumPrice;

    // One step has no gap; its price is the minimum.
    private Int128 Gaps => Math.Max(1, PriceSteps - 1);

    /// <exception cref="ArgumentException">No step or too many, or a maximum that is not above the minimum.</exception>
    public static MarketBasis Create(int priceSteps, long minimumPrice, long maximumPrice) =>
        TryCreate(priceSteps, minimumPrice, maximumPrice, out var basis, out var fault) ? basis : throw new ArgumentException(fault.Code());

    public static bool TryCreate(int priceSteps, long minimumPrice, long maximumPrice, [NotNullWhen(true)] out MarketBasis? basis, out CurveFault fault)
    {
        fault = priceSteps is < 1 or > MaxPriceSteps ? CurveFault.PriceSteps
            : maximumPrice <= minimumPrice ? CurveFault.MaximumPrice
            : minimumPrice < -MaxPrice || maximumPrice > MaxPrice ? CurveFault.PriceOutOfRange
            : default;
        basis = fault == default ? new MarketBasis(priceSteps, minimumPrice, maximumPrice) : null;
        return basis is not null;
    }

    /// <summary>True when the price is one that this market can have.</summary>
    public bool Contains(long price) => MinimumPrice <= price && price <= MaximumPrice;

    /// <summary>The price of a step, rounded half up to a whole unit.</summary>
    public long PriceOf(int index) => PriceAt(CheckIndex(index), 1);

    /// <summary>The step nearest to a price; exactly between two, the upper one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is outside the basis.</exception>
    public int IndexOf(long price)
    {
        if (!Contains(price))
        {
            throw new ArgumentOutOfRangeException(nameof(price), price, $"Prices of this market lie in [{MinimumPrice}, {MaximumPrice}].");
        }

        return (int)((2 * ((Int128)price - MinimumPrice) * (PriceSteps - 1) + Range) / (2 * Range));
    }

    /// <summary>
    /// How far a price lies above the price of a step, as a multiple of 1/(n − 1) of a unit: exact, and 0 only where they are
    /// equal.
    /// </summary>
    internal Int128 Above(int index, long price) => ((Int128)price - MinimumPrice) * Gaps - index * Range;

    /// <summary>The price at a fractional step, rounded half up to a whole unit.</summary>
    /// <param name="steps">Steps above the minimum, times <paramref name="denominator"/>.</param>
    /// <param name="denominator">Positive, at most 2⁶³.</param>
    internal long PriceAt(Int128 steps, Int128 denominator)
    {
        // Range · steps / (denominator · (n − 1)), taken apart so that no product passes 127 bits.
        var gaps = Gaps;
        var (whole, part) = Int128.DivRem(steps, denominator);
        var (units, rest) = Int128.DivRem(Range * whole, gaps);
        var numerator = rest * denominator + Range * part;
        return (long)(MinimumPrice + units + (2 * numerator + denominator * gaps) / (2 * denominator * gaps));
    }

    private int CheckIndex(int index) =>
        index >= 0 && index < PriceSteps ? index : throw new ArgumentOutOfRangeException(nameof(index), index, $"The basis has {PriceSteps} steps.");
}
