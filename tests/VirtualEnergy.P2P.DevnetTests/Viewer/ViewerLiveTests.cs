using System.Text.Json.Nodes;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

public sealed class ViewerLiveTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Trade_arrives_without_reload_and_reads_as_the_api_has_it()
    {
        var snapshot = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(snapshot);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);
        await viewer.Page.EvaluateAsync("() => { window.stillTheSamePage = true; }");

        // 1,250 Wh at 160,000 µEUR/kWh are 200,000 µEUR.
        var trade = CannedMarket.Trade(CannedMarket.Noon + 1, CannedMarket.Carla, CannedMarket.Anna, 1_250, 160_000);
        var round = CannedMarket.Round(CannedMarket.Noon + 1, 160_000);
        snapshot["trades"]!.AsArray().Insert(0, trade);
        snapshot["rounds"]!.AsArray().Add(round);
        await exchange.SendAsync("round", round);
        await exchange.SendAsync("trades", new JsonArray(trade.DeepClone()));
        await viewer.WaitForTradeOfPeriodAsync(CannedMarket.Noon + 1);
        await viewer.WaitForValueAsync("price", 160_000);

        var shown = await viewer.ReadTradesAsync();
        var answered = await ReadSnapshotAsync(exchange);
        Assert.Equal(
            answered["trades"]!.AsArray().Select(Values),
            shown.Select(row => (row.Period, row.Seller, row.Buyer, row.EnergyWh, row.PriceMicroEurPerKWh, row.AmountMicroEur)));
        Assert.Equal("12:15Carla →  sells to Anna1.25 kWh16.00 ct · € 0.20", shown[0].Text);
        Assert.Equal("16.00", await viewer.Price.TextContentAsync());
        // Seven of the eight rounds traded 1,000 Wh, and now one more.
        Assert.Equal(8_000, await viewer.ReadValueAsync("traded"));
        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => window.stillTheSamePage"));
    }

    [Fact]
    public async Task Trade_shows_what_comes_on_top_and_where_the_energy_is_from()
    {
        var snapshot = CannedMarket.AtNoon();
        var trade = CannedMarket.Trade(CannedMarket.Noon + 1, CannedMarket.Carla, CannedMarket.Anna, 1_250, 160_000);
        (trade["gridFeeMicroEurPerKWh"], trade["spreadMicroEurPerKWh"], trade["quality"]) = (10_000, 2_500, new JsonArray("green", "partner"));
        snapshot["trades"]!.AsArray().Insert(0, trade);
        await using var exchange = await CannedExchange.StartAsync(snapshot);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);
        Assert.Equal(
            "12:15Carla →  sells to Anna1.25 kWh16.00 + 1.00 grid + 0.25 community ct · € 0.20 green partner", (await viewer.ReadTradesAsync())[0].Text);
    }

    [Fact]
    public async Task Trade_that_the_snapshot_already_held_is_shown_once()
    {
        var snapshot = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(snapshot);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);

        await exchange.SendAsync("trades", new JsonArray(snapshot["trades"]![0]!.DeepClone()));
        await exchange.SendAsync("round", CannedMarket.Round(CannedMarket.Noon, 123_400));
        await viewer.WaitForValueAsync("price", 123_400);

        Assert.Single(await viewer.ReadTradesAsync());
    }

    [Fact]
    public async Task Settlement_that_stopped_is_said_with_its_reason()
    {
        var snapshot = CannedMarket.AtNoon();
        snapshot["chain"]!["stopped"] = "The contract settled another batch for period 7 than the journal has.";
        await using var exchange = await CannedExchange.StartAsync(snapshot);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);

        Assert.Equal(
            "Settlement has stopped, rounds go on. The contract settled another batch for period 7 than the journal has.",
            await viewer.Page.GetByTestId("chain-caption").TextContentAsync());
        Assert.Equal(0, await viewer.ReadOverflowAsync());
    }

    [Fact]
    public async Task Page_asks_again_where_no_answer_comes()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var page = await browser.NewPageAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.Clock.InstallAsync();
        await page.RouteAsync("**/api/snapshot", route => asked.TrySetResult() ? Task.CompletedTask : route.ContinueAsync());
        await page.GotoAsync(exchange.Address.ToString());
        await asked.Task.WaitAsync(Hang.After, TestContext.Current.CancellationToken);

        await page.Clock.FastForwardAsync(20_000);
        await new ViewerPage(page).WaitForStatusAsync("live", "offline");
        await page.Clock.FastForwardAsync(600);

        await new ViewerPage(page).WaitForStatusAsync("live");
    }

    [Fact]
    public async Task Page_survives_a_restart_of_the_exchange_on_the_same_port()
    {
        var first = await CannedExchange.StartAsync(CannedMarket.AtNoon(), OwnPort.Next());
        var address = first.Address;
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), address);
        await first.DisposeAsync();
        await viewer.WaitForStatusAsync("reconnecting", "offline");
        Assert.Equal("18.50", await viewer.Price.TextContentAsync());

        var later = CannedMarket.AtNoon();
        later["rounds"]!.AsArray().Add(CannedMarket.Round(CannedMarket.Noon + 1, 99_900));
        await using var second = await CannedExchange.StartAsync(later, address.Port);
        await viewer.WaitForStatusAsync("live");
        await viewer.WaitForValueAsync("price", 99_900);

        // And the new connection carries messages.
        await second.SendAsync("round", CannedMarket.Round(CannedMarket.Noon + 2, 101_100));
        await viewer.WaitForValueAsync("price", 101_100);
    }

    private static async Task<JsonObject> ReadSnapshotAsync(CannedExchange exchange)
    {
        using var client = new HttpClient { BaseAddress = exchange.Address };
        return JsonNode.Parse(await client.GetStringAsync(new Uri("/api/snapshot", UriKind.Relative), TestContext.Current.CancellationToken))!.AsObject();
    }

    private static (long, string, string, long, long, long) Values(JsonNode? trade) => (
        (long)trade!["period"]!, (string)trade["seller"]!, (string)trade["buyer"]!,
        (long)trade["energyWh"]!, (long)trade["priceMicroEurPerKWh"]!, (long)trade["amountMicroEur"]!);
}
