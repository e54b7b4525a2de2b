using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

public sealed class ViewerAccessibilityTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing(int width, ColorScheme scheme)
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(width, scheme: scheme), exchange.Address);
        await viewer.OpenTablesAsync();
        await viewer.PriceChart.FocusAsync();
        await viewer.Page.Keyboard.PressAsync("End");

        await AssertAxeFindsNothingAsync(viewer.Page);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_before_the_first_trade(ColorScheme scheme)
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.Community());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(scheme: scheme), exchange.Address);

        await AssertAxeFindsNothingAsync(viewer.Page);
    }

    [Fact]
    public async Task Keyboard_reaches_every_control_in_the_order_of_the_page()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);
        var walked = new List<string>();
        for (var stop = 0; stop < 10; stop++)
        {
            await viewer.Page.Keyboard.PressAsync("Tab");
            walked.Add(await viewer.ReadFocusAsync());
        }

        // A summary has neither id nor class: it is read as the empty text.
        Assert.Equal(["skip", "theme", "price-chart", "", "book-chart", "", "", "trades-scroll", "sort-name", "sort-online"], walked);
    }

    [Fact]
    public async Task Arrow_keys_walk_through_the_periods()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);
        await viewer.PriceChart.FocusAsync();

        // The last of the eight rounds is at noon in Rome: 150,000 + 7 · 5,000 µEUR/kWh = 18.50 ct/kWh.
        await viewer.Page.Keyboard.PressAsync("End");
        await ReadsAsync(viewer, "12:00, Price: 18.50 ct/kWh, Traded: 1.00 kWh in 1 trade,");

        await viewer.Page.Keyboard.PressAsync("ArrowLeft");
        await ReadsAsync(viewer, "11:45, Price: 18.00 ct/kWh,");

        await viewer.Page.Keyboard.PressAsync("Home");
        await viewer.Page.Keyboard.PressAsync("ArrowRight");
        await viewer.Page.Keyboard.PressAsync("ArrowRight");
        await ReadsAsync(viewer, "10:45, Price: nothing traded,");
    }

    [Fact]
    public async Task Enter_on_a_heading_sorts_the_members()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);
        await Assertions.Expect(viewer.MemberNames).ToHaveTextAsync(["Anna", "Bruno", "Carla"]);

        await viewer.Page.GetByTestId("sort-savings").FocusAsync();
        await viewer.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(viewer.MemberNames).ToHaveTextAsync(["Anna", "Carla", "Bruno"]);

        await viewer.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(viewer.MemberNames).ToHaveTextAsync(["Bruno", "Carla", "Anna"]);
        await Assertions.Expect(viewer.Page.Locator("th[aria-sort=ascending] [data-testid=sort-savings]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Chosen_theme_is_remembered()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(scheme: ColorScheme.Light), exchange.Address);
        await viewer.Page.GetByTestId("theme").PressAsync("Space");
        await viewer.Page.ReloadAsync();

        await Assertions.Expect(viewer.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    private static Task ReadsAsync(ViewerPage viewer, string beginning) =>
        Assertions.Expect(viewer.PriceChart).ToHaveAttributeAsync("aria-valuetext", new Regex($"^{Regex.Escape(beginning)}"));

    private static async Task AssertAxeFindsNothingAsync(IPage page)
    {
        var result = await page.RunAxe();
        var findings = result.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}");
        Assert.Equal("", string.Join('\n', findings));
    }
}
