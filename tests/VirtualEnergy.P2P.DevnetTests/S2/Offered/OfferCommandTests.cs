using System.Text.RegularExpressions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.S2.Offered;

/// <summary><c>ve s2 offer</c> as its own process: what a home has, and one of it under <c>ve s2 manager</c>.</summary>
public sealed partial class OfferCommandTests : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-offer-");
    private readonly string _home;

    public OfferCommandTests()
    {
        _home = Path.Combine(_folder.FullName, "home.json");
        File.WriteAllText(_home, """
            { "broker": "mqtt://127.0.0.1:1883", "household": { "homes": 20, "equipped": true, "name": "Home 01" },
              "equipment": { "waterHeaters": [ { "name": "boiler", "watts": 2000, "litres": 80 } ], "cogeneration": [ { "name": "unit", "gasCentPerKWh": 10, "lossWattsPerKelvin": 100 } ] } }
            """);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_device_of_the_home_is_paired_offered_and_instructed_and_what_cannot_be_offered_is_said_in_a_line()
    {
        await using (var list = DemoProcess.Ve(NoEnvironment, "s2", "offer", "--config", _home))
        {
            Assert.Equal(0, await list.ExitAsync());
            Assert.Contains("boiler  simulated water heater  fill", list.Output);
            Assert.Contains("unit  simulated combined heat and power unit  choose how a demand is met", list.Output);
        }

        await using (var unknown = DemoProcess.Ve(NoEnvironment, "s2", "offer", "toaster", "--config", _home))
        {
            Assert.Equal(2, await unknown.ExitAsync());
        }

        await using var manager = DemoProcess.Ve(NoEnvironment, "s2", "manager", "--listen", "127.0.0.1:0", "--folder", Path.Combine(_folder.FullName, "s2"), "--pair");
        var shown = PairAt().Match(await manager.LineAsync("pair at"));
        await using var boiler = DemoProcess.Ve(
            NoEnvironment, "s2", "offer", "boiler", "--config", _home, "--file", Path.Combine(_folder.FullName, "boiler.json"), "--pair", shown.Groups["address"].Value, "--code", shown.Groups["code"].Value, "--json");
        await boiler.LineAsync("SelectControlType");
        await manager.LineAsync("FRBC.FillLevelTargetProfile");
        await manager.LineAsync("PowerMeasurement");
    }

    [GeneratedRegex("pair at (?<address>https://[^ ]+) with code (?<code>[A-Za-z0-9+/]+)")]
    private static partial Regex PairAt();
}
