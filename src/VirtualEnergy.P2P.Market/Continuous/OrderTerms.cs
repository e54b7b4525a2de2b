namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>How long an order of a <see cref="ContinuousSession"/> counts, beside its limit. The default is a limit order that comes after the one before it and waits.</summary>
/// <param name="Type">What becomes of what does not trade at once. A market order's limit is not looked at.</param>
/// <param name="Time">When it comes, on any scale that counts up; never before the order that stands before it.</param>
/// <param name="Expiry">The first instant at which it no longer counts; after <paramref name="Time"/>.</param>
/// <param name="Cancel">When its owner withdraws what is left of it; null for never.</param>
/// <remarks>What leaves at an instant has left before an order of that instant comes.</remarks>
public readonly record struct OrderTerms(BookOrderType Type, long Time = 0, long Expiry = BookOrder.NoExpiry, long? Cancel = null)
{
    /// <summary>A limit order that waits until the end.</summary>
    public static readonly OrderTerms Plain = new(BookOrderType.Limit);
}
