using System.Text.Json;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;

namespace VirtualEnergy.P2P.Devnet;

/// <summary>What community.json says of the demo's community.</summary>
/// <param name="Name">A level of every topic.</param>
/// <param name="DepositMicroEur">Paid into every member's escrow before the first round.</param>
/// <param name="Supplier">The contract that every home has with its supplier.</param>
internal sealed record CommunityConfig(string Name, long DepositMicroEur, SupplierSource Supplier)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip };

    public Money Deposit => new(DepositMicroEur);

    public static CommunityConfig Read()
    {
        using var file = typeof(CommunityConfig).Assembly.GetManifestResourceStream("community.json")!;
        return JsonSerializer.Deserialize<CommunityConfig>(file, Json)!;
    }
}
