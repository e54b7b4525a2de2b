using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Node.Configuration;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>What community.json says of the demo's community.</summary>
/// <param name="Name">A level of every topic.</param>
/// <param name="DepositMicroEur">Paid into every member's escrow before the first round.</param>
/// <param name="Supplier">The contract that every home has with its supplier.</param>
/// <param name="Zones">What holds when place matters.</param>
internal sealed record CommunityConfig(string Name, long DepositMicroEur, SupplierSource Supplier, ZonesConfig Zones)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip };

    public Money Deposit => new(DepositMicroEur);

    public static CommunityConfig Read()
    {
        using var file = typeof(CommunityConfig).Assembly.GetManifestResourceStream("community.json")!;
        return JsonSerializer.Deserialize<CommunityConfig>(file, Json)!;
    }
}

/// <summary>What holds between the community's low-voltage zones, and what its homes prefer.</summary>
/// <param name="FeeMicroEurPerKWh">On top of the price for energy from another zone, to the grid operator.</param>
/// <param name="CapacityWh">The most that goes from one zone to another in a period.</param>
/// <param name="Preferences">Of every home.</param>
internal sealed record ZonesConfig(long FeeMicroEurPerKWh, long CapacityWh, PreferenceSource Preferences)
{
    /// <summary>A line each way between any two of the zones.</summary>
    public ZoneNetwork Network(IEnumerable<ZoneId> zones)
    {
        var all = zones.Distinct().ToList();
        return new ZoneNetwork(
            from buyer in all
            from seller in all
            where buyer != seller
            select new ZoneLine(buyer, seller, new Price(FeeMicroEurPerKWh), new Energy(CapacityWh)));
    }
}
