using System.Collections.Immutable;
using System.Net;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

/// <summary>A gateway with one unit of two homes of 600 kW each, which is enough for the market's least size of 1 MW.</summary>
internal static class TestUnits
{
    public const string Unit = "UVAM-1";

    public static GatewayOptions Options(string? folder = null, bool withoutOffers = false) => new()
    {
        Name = "test",
        Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        DataFolder = folder,
        OrdersWithoutOffers = withoutOffers,
        Profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd),
        FeePermille = 0,
        Units =
        [
            new UnitOptions
            {
                Id = Unit, CommonAddress = 1, MinimumWatts = -2_000_000, MaximumWatts = 2_000_000,
                Customers = [new CustomerOptions { Id = "c", Host = "127.0.0.1", Homes = [Home(1), Home(2)] }],
            },
        ],
    };

    /// <summary>The unit with so many homes and what each asks for a kWh upwards.</summary>
    public static ImmutableArray<UnitOptions> WithHomes(int homes, Func<int, Price> ask)
    {
        var unit = Options().Units[0];
        return [unit with { MinimumWatts = -1_000_000L * homes, Customers = [unit.Customers[0] with { Homes = [.. Enumerable.Range(1, homes).Select(home => Home(home) with { UpAsk = ask(home) })] }] }];
    }

    public static PodCode Pod(int number) => PodCode.Parse($"IT001E{number:00000000}");

    private static HomeOptions Home(int number) => new()
    {
        Pod = Pod(number), Name = $"Home {number}", Member = new MemberId($"m{number}"), UpWatts = 600_000, DownWatts = 600_000, RampWattsPerMinute = 100_000,
        ConnectionWatts = 2_000_000, UpAsk = new Price(100_000), DownAsk = new Price(0),
    };
}
