using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VirtualEnergy.P2P.DevnetTests.Bsp;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>The viewer's card of the power plant, before a running gateway of twelve simulated homes and a simulated system operator.</summary>
public sealed class PowerPlantCardTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Order_measurements_and_the_homes_that_moved_are_shown()
    {
        var market = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(market);
        await using var bed = await GatewayBed.StartAsync(viewer: exchange.Address.GetLeftPart(UriPartial.Authority));
        market["community"]!["powerPlant"] = bed.Gateway.Address;
        var page = (await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address)).Page;
        await Expect(page.GetByTestId("plant")).ToHaveAttributeAsync("data-status", "live");
        await Expect(page.GetByTestId("plant-caption")).ToHaveTextAsync($"Borgo Solare: unit {GatewayBed.Unit} for the system operator, by the rules of it-msd");
        await Expect(page.GetByTestId("plant-page")).ToHaveAttributeAsync("href", $"{bed.Gateway.Address}/");
        Assert.Equal(0, await page.GetByTestId("plant-home").CountAsync());

        var watts = -bed.Now.UpWatts / 2;
        Assert.Equal("confirmed", (await bed.AskAsync("regulation", watts)).State);
        await Expect(page.GetByTestId("plant-order")).ToHaveAttributeAsync("data-value", $"{watts}");
        await page.GetByTestId("plant-home").First.WaitForAsync();
        await page.GetByTestId("power-summary").GetByText($"{GatewayBed.Unit} at ").WaitForAsync();
        Assert.Equal("Borgo Solare · VirtualEnergy P2P", await page.TitleAsync());
    }

    [Fact]
    public async Task What_homes_were_paid_on_the_chain_is_shown_where_the_gateway_pays()
    {
        var market = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(market);
        await using var bed = await GatewayBed.StartAsync(viewer: exchange.Address.GetLeftPart(UriPartial.Authority));
        market["community"]!["powerPlant"] = bed.Gateway.Address;
        var page = await browser.NewPageAsync();
        JsonObject? money = null;
        await page.RouteAsync($"{bed.Gateway.Address}/api/snapshot", async route =>
        {
            var answer = await route.FetchAsync();
            var snapshot = JsonNode.Parse(await answer.TextAsync())!;
            snapshot["money"] = money?.DeepClone() ?? snapshot["money"]!.DeepClone();
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = snapshot.ToJsonString() });
        });

        // This gateway has no wallet.
        await ViewerPage.OpenAsync(page, exchange.Address);
        await Expect(page.GetByTestId("plant")).ToHaveAttributeAsync("data-status", "live");
        await Expect(page.GetByTestId("plant-paid")).ToBeHiddenAsync();

        money = new JsonObject { ["cashMicroEur"] = 0, ["membersMicroEur"] = 0, ["paidMicroEur"] = 0, ["payments"] = 0, ["transaction"] = null };
        await ViewerPage.OpenAsync(page, exchange.Address);
        await Expect(page.GetByTestId("plant-paid")).ToHaveTextAsync("–");

        var transaction = $"0x12ab{new string('0', 56)}cd34";
        money = new JsonObject { ["cashMicroEur"] = 1_600_000, ["membersMicroEur"] = 1_520_000, ["paidMicroEur"] = 1_520_000, ["payments"] = 3, ["transaction"] = transaction };
        await ViewerPage.OpenAsync(page, exchange.Address);
        await Expect(page.GetByTestId("plant-paid")).ToHaveTextAsync("€ 1.52");
        await Expect(page.GetByTestId("plant-paid-note")).ToHaveTextAsync("into homes' balances, in 3 transactions, the last 0x12ab…cd34");
        await Expect(page.GetByTestId("plant-paid-note")).ToHaveAttributeAsync("title", transaction);
    }

    [Fact]
    public async Task Without_a_gateway_there_is_no_card()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);

        Assert.False(await viewer.Page.GetByTestId("plant").IsVisibleAsync());
    }

    [Fact]
    public async Task A_gateway_that_does_not_let_the_viewer_read_is_said_to_be_offline_and_the_market_goes_on()
    {
        var market = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(market);
        await using var bed = await GatewayBed.StartAsync(viewer: "http://127.0.0.1:1");
        market["community"]!["powerPlant"] = bed.Gateway.Address;
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);

        await Expect(viewer.Page.GetByTestId("plant-caption")).ToHaveTextAsync("The gateway is offline");
        Assert.Single(await viewer.ReadTradesAsync());
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme)
    {
        var market = CannedMarket.AtNoon();
        await using var exchange = await CannedExchange.StartAsync(market);
        await using var bed = await GatewayBed.StartAsync(viewer: exchange.Address.GetLeftPart(UriPartial.Authority));
        market["community"]!["powerPlant"] = bed.Gateway.Address;
        await bed.AskAsync("regulation", -bed.Now.UpWatts / 2);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(width, scheme: scheme), exchange.Address);
        await viewer.Page.GetByTestId("plant-home").First.WaitForAsync();
        await viewer.OpenTablesAsync();

        Assert.Equal(0, await viewer.ReadOverflowAsync());
        var result = await viewer.Page.RunAxe();
        Assert.Equal("", string.Join('\n', result.Violations.Select(violation => $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
