using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Auctions;

public enum Side
{
    Buy,
    Sell,
}

/// <summary>One limit order of an auction: a step of a bid, or a loose order of a book.</summary>
/// <param name="Key">Breaks ties: the hash of the bid that the step belongs to. Smaller wins.</param>
/// <param name="Member">The owner; two orders of one member never trade with each other.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Price">The limit, µEUR/kWh.</param>
/// <param name="Energy">Wh, positive.</param>
public sealed record Order(Hash256 Key, MemberId Member, Side Side, Price Price, Energy Energy)
{
    /// <summary>Where the order's connection stands; the zone without a name unless stated.</summary>
    public ZoneId Zone { get; init; } = ZoneId.Unnamed;

    /// <summary>What a buy order adds to its limit for energy of an origin it prefers; a sell order's are ignored.</summary>
    public Preferences Preferences { get; init; }

    /// <summary>Whether a sell order's energy counts as green; a buy order's is ignored.</summary>
    public bool IsGreen { get; init; }
}

/// <summary>How much of an order was filled: Wh, 0 &lt; energy ≤ order's energy.</summary>
public readonly record struct Fill(Order Order, Energy Energy);

/// <summary>A closed interval of prices.</summary>
public readonly record struct PriceInterval(Price Low, Price High)
{
    public bool Contains(Price price) => Low <= price && price <= High;
}
