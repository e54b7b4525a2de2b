using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What can be said about a community before its broker is tried.</summary>
internal static class CommunityCheck
{
    /// <exception cref="GatewayStartException">The first thing that cannot be.</exception>
    public static void Check(CustomerOptions customer, MarketProfile profile)
    {
        if (customer.Community is not { } community)
        {
            GatewayOptionsCheck.Require(customer.IsOpenAdr || customer.Host.Length > 0, $"Bsp:Units: customer {customer.Id} has neither Host, of its telecontrol unit, nor Community.");
            return;
        }

        GatewayOptionsCheck.Require(
            !customer.Id.AsSpan().ContainsAnyExcept(FileSafe), $"Bsp:Units: '{customer.Id}' names a file of a community's orders; it must be letters, digits, hyphens and underscores.");
        foreach (var home in customer.Homes)
        {
            GatewayOptionsCheck.Require(
                Topics.IsMemberAddress(home.Member.Value), $"Bsp:Units: {home.Pod} of {customer.Id}: Member is '{home.Member}'; in a community it is the member's address, 0x and 40 lower-case hexadecimal digits.");
        }

        GatewayOptionsCheck.Require(
            community.HoldingPeriods is >= 1 and <= WireFormat.MaxHoldingPeriods && community.HoldingPeriods * profile.Grid.LengthSeconds >= profile.HoldingSeconds,
            $"Bsp:Units: {customer.Id}: HoldingPeriods is {community.HoldingPeriods}; {profile.Name} wants {(profile.HoldingSeconds + profile.Grid.LengthSeconds - 1) / profile.Grid.LengthSeconds}, and homes hold {WireFormat.MaxHoldingPeriods} at most.");
        GatewayOptionsCheck.Require(community.Spans is >= 1 and <= WireFormat.MaxFlexibilitySpans, $"Bsp:Units: {customer.Id}: Spans is {community.Spans}; it must be 1 to {WireFormat.MaxFlexibilitySpans}.");
    }

    private static readonly System.Buffers.SearchValues<char> FileSafe = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
}
