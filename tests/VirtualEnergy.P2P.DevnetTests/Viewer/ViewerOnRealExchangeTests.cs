using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VirtualEnergy.P2P.DevnetTests.Demo;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>The page before a real community: real homes, a real auction, a real chain.</summary>
public sealed class ViewerOnRealExchangeTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Trades_arrive_without_reload()
    {
        // Two days, of which two trading periods are enough: however late the page is there, trades are still to come.
        await using var demo = DemoProcess.Demo("--headless", "--homes", "6", "--periods", "192", "--speed", "2000", "--keep");
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), await ViewerAddressAsync(demo));
        await viewer.Page.EvaluateAsync("() => { window.stillTheSamePage = true; }");
        await viewer.Trades.First.WaitForAsync();
        var before = (await viewer.ReadTradesAsync())[0].Period;
        await viewer.WaitForTradeAfterAsync(before);
        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => window.stillTheSamePage"));
    }

    [Fact]
    public async Task Every_figure_of_the_page_is_the_apis()
    {
        await using var demo = DemoProcess.Demo("--headless", "--homes", "6", "--periods", "24", "--fast", "--keep");
        var address = await ViewerAddressAsync(demo);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), address);

        // When the last round is settled nothing moves any more, so page and API can be compared figure by figure.
        await demo.LineAsync("stays at");
        var api = await SnapshotAsync(address);
        var lastRound = api.GetProperty("rounds").EnumerateArray().Last();
        await viewer.WaitForValueAsync("chain-settled", lastRound.GetProperty("period").GetInt64());
        await viewer.WaitForValueAsync("chain-gas-total", api.GetProperty("chain").GetProperty("gasTotal").GetInt64());
        await viewer.WaitForValueAsync("rounds-cleared", 24);
        var priced = api.GetProperty("rounds").EnumerateArray().Last(round => round.GetProperty("priceMicroEurPerKWh").ValueKind == JsonValueKind.Number);
        await viewer.WaitForValueAsync("price", priced.GetProperty("priceMicroEurPerKWh").GetInt64());
        await viewer.WaitForValueAsync("traded", api.GetProperty("rounds").EnumerateArray().Sum(round => round.GetProperty("volumeWh").GetInt64()));
        await viewer.WaitForValueAsync("savings", api.GetProperty("members").EnumerateArray().Sum(member => member.GetProperty("savingsMicroEur").GetInt64()));

        var trades = api.GetProperty("trades").EnumerateArray().Select(trade =>
            $"{trade.GetProperty("period")} {trade.GetProperty("seller")} {trade.GetProperty("buyer")} {trade.GetProperty("energyWh")} {trade.GetProperty("priceMicroEurPerKWh")} {trade.GetProperty("amountMicroEur")}").ToList();
        await viewer.WaitForTradeOfPeriodAsync(api.GetProperty("trades")[0].GetProperty("period").GetInt64());
        var shown = await viewer.ReadTradesAsync(); // the latest of those that the API keeps
        Assert.InRange(shown.Count, Math.Min(10, trades.Count), trades.Count);
        Assert.Equal(trades.Take(shown.Count), shown.Select(row => $"{row.Period} {row.Seller} {row.Buyer} {row.EnergyWh} {row.PriceMicroEurPerKWh} {row.AmountMicroEur}"));
        foreach (var member in api.GetProperty("members").EnumerateArray())
        {
            var row = viewer.Page.Locator($"[data-member='{member.GetProperty("id").GetString()}']");

            // Members are pushed apart from rounds and chain, so theirs may be the last to come.
            await row.Locator($".balance[data-value='{member.GetProperty("balanceMicroEur").GetInt64()}']").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        }
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_on_a_real_day(int width, ColorScheme scheme)
    {
        await using var demo = DemoProcess.Demo("--headless", "--homes", "6", "--periods", "50", "--fast", "--keep");
        await demo.LineAsync("stays at");
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(width, 900, scheme), await ViewerAddressAsync(demo));
        await viewer.Trades.First.WaitForAsync();
        Assert.Equal(0, await viewer.ReadOverflowAsync());
        var result = await viewer.Page.RunAxe();
        Assert.Empty(result.Violations.Select(violation => $"{violation.Id}: {violation.Help}"));
    }

    [Fact]
    public async Task The_page_finds_the_exchange_again_after_a_restart()
    {
        var port = OwnPort.Next();
        string[] arguments = ["--headless", "--homes", "4", "--periods", "30", "--fast", "--keep", "--port", $"{port}"];
        ViewerPage viewer;
        await using (var first = DemoProcess.Demo(arguments))
        {
            await first.LineAsync("viewer ");
            viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), new Uri($"http://127.0.0.1:{port}/"));
            await viewer.Trades.First.WaitForAsync();
            first.Signal(System.Runtime.InteropServices.PosixSignal.SIGINT);
            await first.ExitAsync();
        }

        await viewer.WaitForStatusAsync("reconnecting", "offline");
        await using var second = DemoProcess.Demo(arguments);
        await viewer.WaitForStatusAsync("live");
        await viewer.Trades.First.WaitForAsync();
    }

    private static async Task<Uri> ViewerAddressAsync(DemoProcess demo) =>
        new((await demo.LineAsync("viewer ")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static async Task<JsonElement> SnapshotAsync(Uri viewer)
    {
        using var http = new HttpClient();
        return JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri(viewer, "api/snapshot"), TestContext.Current.CancellationToken));
    }
}
