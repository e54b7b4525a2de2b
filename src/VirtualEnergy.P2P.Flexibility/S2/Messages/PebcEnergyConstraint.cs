namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The least and the most average power over a while: as much energy an envelope must let through.</summary>
public sealed record PebcEnergyConstraint(
    Identifier MessageId, Identifier Id, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, FiniteNumber UpperAveragePower,
    FiniteNumber LowerAveragePower, CommodityQuantity CommodityQuantity)
    : S2Request(MessageId);
