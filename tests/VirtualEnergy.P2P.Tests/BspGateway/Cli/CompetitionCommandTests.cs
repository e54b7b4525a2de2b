using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.Cli;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Cli;

/// <summary>A competition from its file to the money, by the gateway's commands.</summary>
public sealed class CompetitionCommandTests : IDisposable
{
    private static readonly DateOnly Day = new(2026, 7, 6); // a Monday

    private readonly string _folder = Directory.CreateTempSubdirectory("competition").FullName;

    public CompetitionCommandTests()
    {
        File.WriteAllText(At("uftp.key"), Convert.ToBase64String(new byte[32]));
        File.WriteAllText(At("sardinia.json"), """
            { "id": "SARD-2026", "operator": "dso.example.org", "currency": "EUR", "timeZone": "Europe/Rome", "areas": [
              { "id": "OR-1", "name": "Oristano", "congestionPoint": "ean.871685900012636543", "windows": [
                { "id": "W-1", "from": "2026-07-01", "until": "2026-09-30", "days": ["Monday"], "start": "19:00", "end": "19:30", "direction": "up", "watts": 8000, "minimumWatts": 1000, "stepWatts": 500,
                  "availabilityCapEurPerMWh": 12.5, "utilisationCapEurPerMWh": 300 },
                { "id": "W-2", "from": "2026-07-01", "until": "2026-09-30", "days": ["Monday"], "start": "10:00", "end": "20:00", "direction": "up", "watts": 8000, "minimumWatts": 1000, "stepWatts": 500,
                  "availabilityCapEurPerMWh": 12.5, "utilisationCapEurPerMWh": 300 }] },
              { "id": "OR-2", "name": "Elsewhere", "congestionPoint": "ean.871685900012636550", "windows": [
                { "id": "W-3", "from": "2026-07-01", "until": "2026-09-30", "days": ["Monday"], "start": "19:00", "end": "19:30", "direction": "up", "watts": 8000, "minimumWatts": 1000, "stepWatts": 500,
                  "availabilityCapEurPerMWh": 12.5, "utilisationCapEurPerMWh": 300 }] }] }
            """);
        File.WriteAllText(At("bsp.json"), $$"""
            { "Bsp": { "Coordination": "B", "ConfidencePermille": 500,
                "Uftp": { "Domain": "agr.example.org", "KeyFile": "{{At("uftp.key").Replace('\\', '/')}}",
                  "Participants": [{ "Domain": "dso.example.org", "PublicKey": "{{SealedMessage.WriteKey(SealedMessage.PublicKeyOf(new byte[32]))}}" }],
                  "Points": [{ "Address": "ean.871685900012636543", "Unit": "UVAM-1", "Operator": "dso.example.org" }] },
                "Units": [{ "Id": "UVAM-1", "CommonAddress": 1, "MinimumWatts": -9000, "MaximumWatts": 9000, "Customers": [{ "Id": "c", "Host": "127.0.0.1", "Homes": [
                  { "Pod": "IT001E00000001", "UpWatts": 3300, "DownWatts": 3000, "UpAskMicroEurPerKWh": 150000, "DownAskMicroEurPerKWh": 0 },
                  { "Pod": "IT001E00000002", "UpWatts": 2500, "DownWatts": 3000, "UpAskMicroEurPerKWh": 200000, "DownAskMicroEurPerKWh": 0 },
                  { "Pod": "IT001E00000003", "UpWatts": 2500, "DownWatts": 3000, "UpAskMicroEurPerKWh": 900000, "DownAskMicroEurPerKWh": 0 } ] }] }] } }
            """);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_competition_is_kept_once_and_another_version_of_it_only_by_a_word()
    {
        Assert.Equal(0, await RunAsync("import", At("sardinia.json"), "--to", At("kept"), "--json"));
        Assert.Equal(File.ReadAllBytes(At("sardinia.json")), File.ReadAllBytes(At("kept/SARD-2026.json")));
        Assert.Equal(0, await RunAsync("import", At("sardinia.json"), "--to", At("kept")));

        File.WriteAllText(At("later.json"), File.ReadAllText(At("sardinia.json")).Replace("12.5", "13.5", StringComparison.Ordinal));
        Assert.Equal(2, await RunAsync("import", At("later.json"), "--to", At("kept")));
        Assert.Equal(0, await RunAsync("import", At("later.json"), "--to", At("kept"), "--replace"));
        Assert.Contains("13.5", File.ReadAllText(At("kept/SARD-2026.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_homes_hold_through_a_window_is_bid_for_at_what_the_dearest_of_them_asks()
    {
        Assert.Equal(0, await RunAsync("answer", At("sardinia.json"), "--config", At("bsp.json"), "--availability", "9.5", "--out", At("bids.json")));
        using var written = JsonDocument.Parse(File.ReadAllBytes(At("bids.json")));
        Assert.Equal("agr.example.org", written.RootElement.GetProperty("bidder").GetString());
        var bid = Assert.Single(written.RootElement.GetProperty("bids").EnumerateArray());

        // 3.3 and 2.5 kW are firm at a confidence of half (both with 81 %); the third home asks more than the cap. 5.8 kW in steps of 0.5: 5.5.
        // 0.20 EUR/kWh and 5 % and 0.001 EUR are 0.211. W-2 lasts longer than any home; no unit is behind W-3.
        Assert.Equal(("W-1", 5_500L, 9.5m, 211m), (
            bid.GetProperty("window").GetString(), bid.GetProperty("watts").GetInt64(), bid.GetProperty("availabilityEurPerMWh").GetDecimal(), bid.GetProperty("utilisationEurPerMWh").GetDecimal()));
    }

    [Fact]
    public async Task An_awarded_window_earns_what_stood_ready_and_what_was_delivered()
    {
        File.WriteAllText(At("awards.json"), """{ "competition": "SARD-2026", "bidder": "agr.example.org", "bids": [{ "window": "W-1", "watts": 5500, "availabilityEurPerMWh": 10, "utilisationEurPerMWh": 200 }] }""");
        Directory.CreateDirectory(At("data"));
        using (var journal = new GridJournal(At("data"), default))
        {
            // 19:00 to 19:30 are periods 77 and 78. 5 kW stood ready in the first, more than is reserved in the second; 800 of 1,000 Wh that were ordered were delivered.
            journal.Append(new GridLine(default, Trades: [FlexTradeLine.Write(Ordered(-4_000))]));
            journal.Append(new GridLine(default, Measured: new MeasuredLine("UVAM-1", GridSchedule.At(Day, 77, PeriodGrid.QuarterHour).Index, 200, Complete: true, 1_000, 5_000, 0)));
            journal.Append(new GridLine(default, Measured: new MeasuredLine("UVAM-1", GridSchedule.At(Day, 78, PeriodGrid.QuarterHour).Index, 1_000, Complete: true, 1_000, 9_000, 0)));
        }

        var competition = CompetitionFile.ReadCompetition(File.ReadAllBytes(At("sardinia.json")), out _)!;
        var options = VirtualEnergy.P2P.BspGateway.Hosting.GatewayConfiguration.Read(GatewayCommands.Configuration(At("bsp.json"), []));
        var settled = CompetitionSettlement.Of(competition, CompetitionFile.ReadBids(File.ReadAllBytes(At("awards.json")), competition, out _)!.Value, options, At("data"), Day, Day);

        // (5,000 + 5,500) W for a quarter of an hour each: 0.002625 MW·h at 10 EUR are 26,250 µEUR; 0.8 kWh at 0.20 EUR are 160,000.
        var window = Assert.Single(settled.Windows);
        Assert.Equal((2, 2, 800L), (window.Periods, window.Measured, window.DeliveredWattHours));
        Assert.Equal((26_250L, 160_000L), (window.Earned.Availability.MicroEur, window.Earned.Utilisation.MicroEur));
        Assert.Equal(0, await RunAsync("settle", At("sardinia.json"), "--awards", At("awards.json"), "--data", At("data"), "--config", At("bsp.json"), "--from", "2026-07-06", "--until", "2026-07-06", "--json"));
    }

    [Theory]
    [InlineData("import", "nowhere.json")]
    [InlineData("import", "bsp.json")]
    [InlineData("answer", "sardinia.json", "--config", "nowhere.json")]
    [InlineData("settle", "sardinia.json")]
    [InlineData("burn", "sardinia.json")]
    public async Task What_cannot_be_ends_with_2(params string[] words) =>
        Assert.Equal(2, await RunAsync([.. words.Select(word => word.EndsWith(".json", StringComparison.Ordinal) ? At(word) : word)]));

    private static FlexTrade Ordered(long watts)
    {
        var offer = OfferOf(watts);
        return new FlexTrade(offer, null, FlexTradeState.Ordered, Uftp.UftpExamples.Order(offer));
    }

    private static FlexOffer OfferOf(long watts) => Uftp.UftpExamples.Offer() with
    {
        Period = Day, ContractId = "W-1", Options = [new FlexOfferOption { Reference = "A", Price = 1m, Isps = [new IspPower(watts, 77)] }],
    };

    private static Task<int> RunAsync(params string[] words) => GatewayCommands.RunAsync(["competition", .. words]);

    private string At(string name) => Path.Combine(_folder, name);
}
