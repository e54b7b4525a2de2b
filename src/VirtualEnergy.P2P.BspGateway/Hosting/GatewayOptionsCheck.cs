using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>What can be said about options before anything is tried.</summary>
internal static class GatewayOptionsCheck
{
    /// <summary>More than this the page and the cycle were never tried with.</summary>
    private const int MostHomes = 100_000;

    /// <exception cref="GatewayStartException">The first thing that cannot be.</exception>
    public static void Check(GatewayOptions options)
    {
        Require(Uri.TryCreate(options.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", $"Bsp:Url is '{options.Url}'; write http://127.0.0.1:8090.");
        Require(options.Log is "none" or "text" or "json", $"Bsp:Log is '{options.Log}'; it must be none, text or json.");
        Require(options.Stale > options.Cycle, "Bsp:StaleSeconds must be more than Bsp:CycleSeconds, or every measurement is old when it arrives.");
        Require(!options.Units.IsDefaultOrEmpty, "Bsp:Units is empty: a gateway needs a unit.");
        Unique("Bsp:Units", "Id", options.Units.Select(unit => unit.Id));
        Unique("Bsp:Units", "CommonAddress", options.Units.Select(unit => $"{unit.CommonAddress}"));
        Unique("Bsp:Units:Customers", "Id", options.Units.SelectMany(unit => unit.Customers).Select(customer => customer.Id));
        var homes = options.Units.SelectMany(unit => unit.Customers).SelectMany(customer => customer.Homes).ToImmutableArray();
        Unique("Bsp:Units:Customers:Homes", "Pod", homes.Select(home => home.Pod.Value));
        Unique("Bsp:Units:Customers:Homes", "Member", homes.Select(home => home.Member.Value));
        Require(homes.Length <= MostHomes, $"Bsp:Units have {homes.Length} homes; at most {MostHomes} go to one gateway.");
        PartiesCheck.Check(options);
        Require(options.Payments is null || options.DataFolder is not null, "Bsp:Payments needs Bsp:DataFolder: what was paid must be known after a restart, or it would be paid twice.");
        Require(
            options.Payments?.Operator is not { } payee || (payee != options.Payments.Key.Address && homes.All(home => home.Member != payee.ToMember())),
            $"Bsp:Payments:Operator is {options.Payments?.Operator}, the account of a member or the gateway's own wallet; it must be the system operator's.");
        foreach (var home in options.Payments is null ? [] : homes)
        {
            Require(PaymentDesk.IsAddress(home.Member), $"Bsp:Units:Customers:Homes: Member '{home.Member}' of {home.Pod} must be an Ethereum address in lower case, as Bsp:Payments pays it.");
        }

        foreach (var unit in options.Units)
        {
            Require(!unit.Customers.IsDefaultOrEmpty, $"Bsp:Units: {unit.Id} has no customers.");
            Require(new UnitId(unit.Id).IsWellFormed, $"Bsp:Units: '{unit.Id}' must be 1 to 32 letters, digits, hyphens and underscores.");
            Require(unit.MinimumWatts <= unit.MaximumWatts, $"Bsp:Units: {unit.Id}: MinimumWatts is above MaximumWatts.");
            Require(unit.Points.Fault() is null, $"Bsp:Units: {unit.Id}, Objects: {unit.Points.Fault()}.");
            foreach (var customer in unit.Customers)
            {
                Require(
                    customer.Homes.Length is >= 1 and <= HomePoints.MostHomes,
                    $"Bsp:Units: customer {customer.Id} has {customer.Homes.Length} homes; it can have 1 to {HomePoints.MostHomes}.");
                CommunityCheck.Check(customer, options.Profile);
            }
        }
    }

    private static void Unique(string list, string key, IEnumerable<string> values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            Require(value.Length is >= 1 and <= 64, $"{list}: {key} '{value}' must have 1 to 64 characters.");
            Require(seen.Add(value), $"{list}: {key} {value} is there twice.");
        }
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new GatewayStartException(otherwise);
        }
    }
}
