namespace VirtualEnergy.P2P.Market.Explaining;

/// <summary>Why an order was filled as far as it was.</summary>
public enum FillReason
{
    /// <summary>Nothing traded at all: no buyer's limit reaches a seller's.</summary>
    NothingTrades,

    /// <summary>Filled whole: its limit is better than the worst of its side that traded.</summary>
    BetterThanMargin,

    /// <summary>Filled whole at the worst limit of its side that traded.</summary>
    WholeAtMargin,

    /// <summary>At the worst limit of its side that traded, where there was more than was needed.</summary>
    SharedAtMargin,

    /// <summary>Its limit is worse than the worst of its side that traded.</summary>
    PriceNotGoodEnough,

    /// <summary>Its member stands on both sides, and two orders of one member never trade with each other.</summary>
    OwnOrders,

    /// <summary>A grid fee or a full line between zones lies between it and the prices that it would have accepted.</summary>
    FeeOrZone,

    /// <summary>The mechanism gives up trades that a uniform price would have made.</summary>
    GivenUp,

    /// <summary>In a continuous market: it came when nobody (or not enough) on the other side was left that accepts its limit.</summary>
    NobodyLeft,
}

/// <summary>What a uniform price was decided by.</summary>
public enum PriceSetting
{
    /// <summary>Nothing traded, or the mechanism makes its price in a way of its own.</summary>
    Own,

    /// <summary>k · marginal buy + (1 − k) · marginal sell.</summary>
    Split,

    /// <summary>A buy that is filled in part: a price below it would leave more demand than supply.</summary>
    PartlyFilledBuy,

    /// <summary>A sell that is filled in part.</summary>
    PartlyFilledSell,

    /// <summary>The best buy that got nothing: below its limit it would have to be filled.</summary>
    UnfilledBuy,

    /// <summary>The best sell that got nothing.</summary>
    UnfilledSell,

    /// <summary>The lowest buy that traded: above its limit it would not trade.</summary>
    MarginalBuy,

    /// <summary>The highest sell that traded.</summary>
    MarginalSell,
}
