using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>What becomes of an order that does not trade at once.</summary>
public enum BookOrderType
{
    /// <summary>Trades up to its limit; the rest waits in the book.</summary>
    Limit,

    /// <summary>Trades at any price of the other side; the rest is dropped. Its price is not looked at.</summary>
    Market,

    /// <summary>Trades up to its limit; the rest is dropped.</summary>
    ImmediateOrCancel,
}

/// <summary>An order as it comes to a continuous book.</summary>
/// <param name="Id">Names the order; no other order that rests may have it. Free again once the order is gone.</param>
/// <param name="Owner">Whose it is: two orders of one owner never trade with each other.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">What becomes of the rest.</param>
/// <param name="Price">The limit, µEUR/kWh, on tick and inside the caps.</param>
/// <param name="Energy">Wh, positive.</param>
/// <param name="Expiry">The first instant at which the order is no longer valid, on the book's own scale.</param>
public readonly record struct BookOrder(long Id, int Owner, Side Side, BookOrderType Type, Price Price, Energy Energy, long Expiry = BookOrder.NoExpiry)
{
    /// <summary>Good till cancelled.</summary>
    public const long NoExpiry = long.MaxValue;
}

/// <summary>An order that waits in the book.</summary>
/// <param name="Energy">Wh that are left of it, positive.</param>
public readonly record struct RestingOrder(long Id, int Owner, Side Side, Price Price, Energy Energy, long Expiry);
