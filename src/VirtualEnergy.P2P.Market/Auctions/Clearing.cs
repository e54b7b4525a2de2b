using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>What a mechanism answers: who is filled how far, and at which prices.</summary>
/// <param name="Price">
/// µEUR/kWh: the one price of a uniform auction; elsewhere the price that stands for the round, as its mechanism defines it.
/// Null when nothing trades.
/// </param>
/// <param name="Interval">The competitive interval of the price; null when nothing trades or the mechanism has none.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Fills">Filled orders only: buys first, best price first, then by key.</param>
public sealed record Clearing(Price? Price, PriceInterval? Interval, Energy Volume, ImmutableArray<Fill> Fills)
{
    public static readonly Clearing Nothing = new(null, null, Energy.Zero, []);

    /// <summary>The fills by who trades with whom at which price; together exactly <see cref="Fills"/>.</summary>
    public ImmutableArray<Lot> Lots { get; init; } = Price is { } price ? [new Lot(Fills, price)] : [];

    /// <summary>What energy was worth in each zone that traded, by zone; empty unless fees, limits or premiums told zones apart.</summary>
    public ImmutableArray<ZonePrice> ZonePrices { get; init; } = [];

    /// <summary>What members pay to the community's account beside their trades.</summary>
    public ImmutableArray<Charge> Charges { get; init; } = [];
}

/// <summary>
/// Fills that trade with each other at the same prices: as much bought as sold, paired by market rule 5. A uniform auction
/// has one lot; where each pair has a price of its own, a lot is a pair.
/// </summary>
/// <param name="Fills">Buys and sells of equal sum. An order may be in several lots, each time with a part of its fill.</param>
/// <param name="Price">What sellers get, µEUR/kWh.</param>
public readonly record struct Lot(ImmutableArray<Fill> Fills, Price Price)
{
    /// <summary>What buyers pay on top to the grid operator, µEUR/kWh.</summary>
    public Price GridFee { get; init; }

    /// <summary>
    /// What buyers pay on top to the community's account, µEUR/kWh: congestion rent, or the gap between the prices of the
    /// two sides.
    /// </summary>
    public Price Spread { get; init; }

    /// <summary>What is known of the energy's origin.</summary>
    public Quality Quality { get; init; }

    /// <summary>What buyers pay in all, µEUR/kWh.</summary>
    public Price BuyerPrice => new(checked(Price.MicroEurPerKWh + GridFee.MicroEurPerKWh + Spread.MicroEurPerKWh));
}

/// <summary>A payment of one member to the community's account that belongs to no trade. µEUR, positive.</summary>
public readonly record struct Charge(MemberId Member, Money Amount);
