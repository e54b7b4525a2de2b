using System.Globalization;
using System.Text.Json.Nodes;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>A market of three homes in the snapshot's shape. All numbers are made up and easy to check by hand.</summary>
internal static class CannedMarket
{
    /// <summary>2026-06-21 10:00 UTC, noon in Rome.</summary>
    public static readonly long Noon = DateTimeOffset.Parse("2026-06-21T10:00:00Z", CultureInfo.InvariantCulture).ToUnixTimeSeconds() / 900;

    public const string Anna = "0x1111111111111111111111111111111111111111";
    public const string Bruno = "0x2222222222222222222222222222222222222222";
    public const string Carla = "0x3333333333333333333333333333333333333333";

    public const string HostileName = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    public static JsonObject Community(string name = "Borgo Solare") => new()
    {
        ["community"] = new JsonObject
        {
            ["name"] = name, ["chainId"] = 31337, ["contract"] = "0x4444444444444444444444444444444444444444", ["exchange"] = Carla, ["token"] = "tEUR",
            ["tickMicroEurPerKWh"] = 100, ["floorMicroEurPerKWh"] = 0, ["capMicroEurPerKWh"] = 500_000, ["kThousandths"] = 500, ["periodSeconds"] = 900,
            ["supplier"] = new JsonObject { ["importMicroEurPerKWh"] = 280_000, ["exportMicroEurPerKWh"] = 80_000 },
        },
        ["now"] = new JsonObject
        {
            ["openPeriod"] = null, ["deliveryStart"] = null, ["gateClosesAt"] = null, ["bidsReceived"] = 0, ["membersActive"] = 0,
            ["roundsCleared"] = 0, ["roundsTotal"] = null,
        },
        ["book"] = null, ["rounds"] = new JsonArray(), ["trades"] = new JsonArray(), ["members"] = new JsonArray(), ["flows"] = null, ["chain"] = null,
    };

    /// <summary>Eight periods up to noon, the third without a trade; one trade in the list.</summary>
    public static JsonObject AtNoon(string nameOfAnna = "Anna", string community = "Borgo Solare")
    {
        var snapshot = Community(community);
        snapshot["now"] = new JsonObject
        {
            ["openPeriod"] = Noon + 1, ["deliveryStart"] = Instant(Noon + 1), ["gateClosesAt"] = Instant(Noon + 1), ["bidsReceived"] = 2, ["membersActive"] = 3,
            ["roundsCleared"] = 8, ["roundsTotal"] = 96,
        };
        snapshot["book"] = new JsonObject
        {
            ["period"] = Noon + 1, ["buy"] = Steps((250_000, 900), (200_000, 600), (120_000, 700)), ["sell"] = Steps((90_000, 800), (180_000, 500), (260_000, 900)),
            ["priceMicroEurPerKWh"] = 190_000, ["volumeWh"] = 1_300,
        };
        snapshot["rounds"] = new JsonArray([.. Enumerable.Range(0, 8).Select(index => Round(Noon - 7 + index, index == 2 ? null : 150_000 + (5_000 * index)))]);
        snapshot["trades"] = new JsonArray(Trade(Noon, Anna, Bruno, 420, 185_000));
        snapshot["members"] = new JsonArray(
            Member(Anna, nameOfAnna, online: true, balance: 51_000_000, savings: 900_000),
            Member(Bruno, "Bruno", online: false, balance: 49_000_000, savings: -20_000),
            Member(Carla, "Carla", online: true, balance: 50_000_000, savings: 400_000));
        snapshot["flows"] = new JsonObject
        {
            ["period"] = Noon - 1, ["consumptionWh"] = 2_000, ["productionWh"] = 2_500, ["chargeWh"] = 400, ["dischargeWh"] = 400, ["localWh"] = 700, ["importWh"] = 300, ["exportWh"] = 800,
            ["selfSufficiencyWithout"] = 0.31, ["selfSufficiencyWith"] = 0.55,
        };
        snapshot["chain"] = new JsonObject
        {
            ["connected"] = true, ["chainId"] = 31337, ["block"] = 1_204, ["lastSettledPeriod"] = Noon - 1, ["lastTransaction"] = "0x" + new string('a', 64),
            ["gasTotal"] = 690_000, ["gasPerTrade"] = 9_400, ["pendingRounds"] = 1,
        };
        return snapshot;
    }

    public static JsonObject Round(long period, long? price) => new()
    {
        ["period"] = period, ["deliveryStart"] = Instant(period), ["priceMicroEurPerKWh"] = price, ["volumeWh"] = price is null ? 0 : 1_000, ["bids"] = 3,
        ["trades"] = price is null ? 0 : 1, ["supplierImportMicroEurPerKWh"] = 280_000, ["supplierExportMicroEurPerKWh"] = 80_000,
        ["settled"] = period < Noon, ["block"] = period < Noon ? 1_200 : null, ["transaction"] = null, ["gas"] = null,
    };

    /// <summary>A trade; amount = energy × price / 1000, exact for the numbers used here.</summary>
    public static JsonObject Trade(long period, string seller, string buyer, long energy, long price) => new()
    {
        ["period"] = period, ["buyer"] = buyer, ["seller"] = seller, ["energyWh"] = energy, ["priceMicroEurPerKWh"] = price, ["amountMicroEur"] = energy * price / 1000,
        ["gridFeeMicroEurPerKWh"] = 0, ["spreadMicroEurPerKWh"] = 0, ["quality"] = new JsonArray(),
    };

    private static JsonObject Member(string id, string name, bool online, long balance, long savings) => new()
    {
        ["id"] = id, ["name"] = name, ["zone"] = "north", ["online"] = online, ["balanceMicroEur"] = balance, ["savingsMicroEur"] = savings,
        ["boughtWh"] = 4_200, ["soldWh"] = 0, ["importWh"] = 3_000, ["exportWh"] = 500, ["productionWh"] = 6_000, ["chargeWh"] = 900, ["dischargeWh"] = 800,
    };

    private static JsonArray Steps(params (long Price, long Energy)[] steps) =>
        new([.. steps.Select(step => new JsonArray(step.Price, step.Energy))]);

    private static string Instant(long period) => DateTimeOffset.FromUnixTimeSeconds(period * 900).ToString("O", CultureInfo.InvariantCulture);
}
