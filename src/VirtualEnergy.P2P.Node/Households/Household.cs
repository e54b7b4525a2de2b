using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>One household of a community: who it is, where it is connected, what it consumes and what it owns.</summary>
/// <param name="Name">What people call it, unique in the community.</param>
/// <param name="Zone">Low-voltage zone of its connection point.</param>
/// <param name="ConnectionWatts">What the connection carries each way, W.</param>
/// <param name="Profile">What it consumes and produces.</param>
/// <param name="Battery">The battery, or null.</param>
/// <param name="Appliances">Shiftable appliances, which come on top of the profile's load.</param>
/// <param name="MarginPermille">
/// What it wants to gain by trading locally, thousandths of its supplier's spread; null leaves it to the name.
/// </param>
public sealed record Household(
    string Name,
    ZoneId Zone,
    long ConnectionWatts,
    HouseholdProfile Profile,
    BatteryDescription? Battery,
    ImmutableArray<ApplianceDescription> Appliances,
    int? MarginPermille = null)
{
    /// <summary>The home as its energy-management agent needs it.</summary>
    public HomeDescription Describe()
    {
        var home = new HomeDescription(Name, ConnectionWatts, Profile.Load, Profile.Photovoltaics, Battery, Appliances);
        return MarginPermille is { } margin ? home with { MarginPermille = margin } : home;
    }

    /// <summary>The smallest usual contract power that carries the household, W.</summary>
    /// <remarks>
    /// Italian homes have 3, 4.5 or 6 kW as a rule (ARERA's steps for low-voltage homes); above come three-phase connections.
    /// </remarks>
    public static long SmallestConnection(HouseholdProfile profile, ImmutableArray<ApplianceDescription> appliances)
    {
        var needed = Math.Max(profile.Load.Peak + appliances.Sum(appliance => appliance.Peak), profile.Photovoltaics?.Peak ?? 0);
        foreach (var usual in (ReadOnlySpan<long>)[3_000, 4_500, 6_000, 10_000, 15_000, 20_000, 30_000])
        {
            if (usual >= needed)
            {
                return usual;
            }
        }

        return (needed + 9_999) / 10_000 * 10_000;
    }
}
