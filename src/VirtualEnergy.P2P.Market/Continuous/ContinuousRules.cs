namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>What happens when an order would trade with a resting order of the same owner.</summary>
public enum SelfTradePrevention
{
    /// <summary>
    /// The resting order is withdrawn and the incoming one goes on. The default, as CME Globex has it where the sender says
    /// nothing: the newest order is the owner's latest word, and an old one must not keep it from the others in the queue.
    /// </summary>
    CancelResting,

    /// <summary>What is left of the incoming order is dropped; the resting one keeps its place.</summary>
    CancelNewest,

    /// <summary>The resting order is withdrawn and what is left of the incoming one is dropped.</summary>
    CancelBoth,
}

public static class SelfTradePreventions
{
    /// <summary>Every code, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. Enum.GetValues<SelfTradePrevention>().Select(Code)];

    /// <summary>As files and command lines name it: <c>cancel-resting</c>.</summary>
    public static string Code(this SelfTradePrevention prevention) => prevention switch
    {
        SelfTradePrevention.CancelResting => "cancel-resting",
        SelfTradePrevention.CancelNewest => "cancel-newest",
        SelfTradePrevention.CancelBoth => "cancel-both",
        _ => throw new ArgumentOutOfRangeException(nameof(prevention), prevention, "A prevention without a code."),
    };

    public static bool TryParse(string code, out SelfTradePrevention prevention)
    {
        prevention = Enum.GetValues<SelfTradePrevention>().FirstOrDefault(known => known.Code() == code);
        return prevention.Code() == code;
    }
}

/// <summary>The constants of one continuous book.</summary>
public sealed record ContinuousRules
{
    /// <summary>Most orders that any book may be told to hold: 2²⁶.</summary>
    public const int LargestMaximumOrders = 1 << 26;

    public static readonly ContinuousRules Default = new();

    /// <summary>Tick, floor and cap of every price.</summary>
    public MarketRules Market { get; init; } = MarketRules.Default;

    public SelfTradePrevention SelfTradePrevention { get; init; } = SelfTradePrevention.CancelResting;

    /// <summary>Most orders that may rest at once; a limit order beyond is refused. 1 to <see cref="LargestMaximumOrders"/>.</summary>
    public int MaximumOrders { get; init; } = 1 << 24;
}
