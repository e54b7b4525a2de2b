namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>How it is fixed what a point would have done without an order.</summary>
public enum BaselineMethod
{
    /// <summary>The program that the home declared before gate closure.</summary>
    Declared,

    /// <summary>The mean of similar days that were measured, moved by what the day itself shows before the order.</summary>
    SimilarDays,
}

/// <summary>Which of the similar days count.</summary>
public enum DaySelection
{
    /// <summary>Those of the highest net consumption ("High X of Y").</summary>
    Highest,

    /// <summary>Those in the middle: as many of the highest as of the lowest are left out, of an odd number one more of the highest.</summary>
    Middle,
}

/// <summary>The rule of a baseline. It is part of what is hashed when the baseline freezes, so that it cannot be chosen afterwards.</summary>
/// <param name="Method">What the baseline is.</param>
/// <param name="Days">X: how many days are averaged.</param>
/// <param name="OfDays">Y: from how many of the latest similar days, X to 60.</param>
/// <param name="Selection">Which X of the Y.</param>
/// <param name="LookBackDays">No day older than this counts.</param>
/// <param name="AdjustFromSeconds">The window of the day's own measurements begins so long before the order's first period; 0 for no adjustment.</param>
/// <param name="AdjustUntilSeconds">And ends so long before it, so that nobody can act on an order of real time inside the window.</param>
/// <param name="AdjustMostPermille">The adjustment is at most this part of the mean baseline of the window, in ‰, up or down.</param>
public sealed record BaselineRule(
    BaselineMethod Method,
    int Days,
    int OfDays,
    DaySelection Selection,
    int LookBackDays,
    int AdjustFromSeconds,
    int AdjustUntilSeconds,
    int AdjustMostPermille);
