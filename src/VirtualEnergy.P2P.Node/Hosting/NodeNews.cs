using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a node tells those in the house who want to know, in order, on its own thread.</summary>
public abstract record NodeNews;

/// <summary>The node takes part in a market, or its rules have changed.</summary>
public sealed record MarketJoined(MarketDescription Market, HomeDescription Home, SupplierTariff Tariff) : NodeNews
{
    /// <summary>The devices that are planned, by name.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
}

/// <summary>A gate is open.</summary>
public sealed record RoundOpened(RoundAnnouncement Round) : NodeNews;

/// <summary>A round is over and its period planned: what the market said, what of it is the member's, and what the devices were told.</summary>
/// <param name="Own">The member's own trades.</param>
public sealed record PeriodRun(RoundResult Result, ImmutableArray<Trade> Own, Delivery Delivery) : NodeNews;

/// <summary>A period that runs goes otherwise from now on: what the devices are told for the rest of it.</summary>
public sealed record PeriodAmended(Delivery Delivery) : NodeNews;

/// <summary>What the home's rules hold back now, in words for its people; empty while nothing is held back.</summary>
public sealed record HeldBack(string Words) : NodeNews;
