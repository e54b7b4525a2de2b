namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>Why a curve or a market basis was refused. The codes (<see cref="CurveFaults.Code"/>) are stable.</summary>
public enum CurveFault
{
    /// <summary>Not a demand for every price step.</summary>
    Length = 1,

    /// <summary>A demand is no finite number; only something that reads text or floating point can find that.</summary>
    NotFinite,

    /// <summary>The demand rises with the price somewhere.</summary>
    Increasing,

    /// <summary>A demand is beyond 1 GW (<see cref="Demand.MaxOfCurve"/>).</summary>
    OutOfRange,

    /// <summary>A point curve without points.</summary>
    NoPoints,

    /// <summary>A point's price is outside the market basis.</summary>
    PriceOutOfRange,

    /// <summary>The curve is on another market basis than the cluster's.</summary>
    OtherBasis,

    /// <summary>With this curve the cluster's sum could pass what it may be: 4.6 GW (<see cref="Demand.MaxOfSum"/>), or less where so agreed.</summary>
    SumOutOfRange,

    /// <summary>A basis with no price step, or with too many.</summary>
    PriceSteps,

    /// <summary>A basis whose maximum price is not above its minimum.</summary>
    MaximumPrice,
}

public static class CurveFaults
{
    /// <summary>The fault in kebab case, as senders of curves and readers of files see it.</summary>
    public static string Code(this CurveFault fault) => fault switch
    {
        CurveFault.Length => "length",
        CurveFault.NotFinite => "not-finite",
        CurveFault.Increasing => "increasing",
        CurveFault.OutOfRange => "out-of-range",
        CurveFault.NoPoints => "no-points",
        CurveFault.PriceOutOfRange => "price-out-of-range",
        CurveFault.OtherBasis => "other-basis",
        CurveFault.SumOutOfRange => "sum-out-of-range",
        CurveFault.PriceSteps => "price-steps",
        CurveFault.MaximumPrice => "maximum-price",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "A fault without a code."),
    };
}
