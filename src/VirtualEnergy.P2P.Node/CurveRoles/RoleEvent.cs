using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>What happened at a node that has a role in a curve market.</summary>
public abstract record RoleEvent;

/// <summary>Takes part: under this address, at this matcher (null at the top), in this session of its own.</summary>
public sealed record RoleStarted(string Role, string Community, MemberId Member, MemberId? Parent, MarketBasis Basis) : RoleEvent;

/// <summary>A bid of somebody below was refused.</summary>
public sealed record AgentRefused(MemberId Agent, long Number, CurveRefusal Refusal, string Detail) : RoleEvent;

/// <summary>A price went out to this many agents.</summary>
public sealed record PriceTold(long Price, int Agents) : RoleEvent;

/// <summary>A period closed at the top.</summary>
public sealed record PeriodClosed(PeriodClose Close) : RoleEvent;

/// <summary>A concentrator split its allocation.</summary>
public sealed record AllocationSplit(NumberedAllocation Allocation, ImmutableArray<AllocationFor> Shares) : RoleEvent;

/// <summary>A bid went up.</summary>
public sealed record BidSent(MemberId Matcher, NumberedCurve Bid) : RoleEvent;

/// <summary>An own bid was refused.</summary>
public sealed record OwnBidRefused(MemberId Matcher, long Number, CurveRefusal Refusal, string? Detail) : RoleEvent;

/// <summary>A price that answers the latest bid: the device takes this much.</summary>
public sealed record PriceFollowed(NumberedPrice Price, Demand Demand) : RoleEvent;

/// <summary>A period's allocation.</summary>
public sealed record AllocationTaken(NumberedAllocation Allocation) : RoleEvent;

/// <summary>A home has run a period, by its allocation or without one.</summary>
public sealed record HomeRan(Delivery Delivery) : RoleEvent;
