using System.Collections.Concurrent;
using System.Globalization;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VirtualEnergy.P2P.Devnet.Tso;
using VirtualEnergy.P2P.DevnetTests.Viewer;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>The system operator's, the aggregator's and a customer's page before a running gateway.</summary>
public sealed class BspPagesTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task A_command_from_the_system_operators_page_moves_homes_on_the_aggregators()
    {
        await using var bed = await GatewayBed.StartAsync();
        await using var pages = await PagesAsync(bed);
        var tso = await OpenAsync(await browser.NewPageAsync(), pages.Address);
        var aggregator = await OpenAsync(await browser.NewPageAsync(), new Uri(bed.Gateway.Address));
        await aggregator.GetByTestId("measured").And(aggregator.Locator("[data-value]:not([data-value=''])")).WaitForAsync();

        var kilowatts = bed.Now.UpWatts / 2_000;
        await tso.GetByTestId("command-power").FillAsync(kilowatts.ToString(CultureInfo.InvariantCulture));
        await tso.GetByTestId("command-send").ClickAsync();
        await Expect(tso.GetByTestId("command-answer")).ToHaveTextAsync("tso-0001 was confirmed.");
        await Expect(tso.GetByTestId("order")).ToHaveAttributeAsync("data-state", "confirmed");
        await Expect(tso.GetByTestId("in-force")).ToHaveAttributeAsync("data-value", $"{-kilowatts * 1_000}");

        await Expect(aggregator.GetByTestId("order")).ToHaveAttributeAsync("data-state", "holding");
        await Expect(aggregator.GetByTestId("asked")).ToHaveAttributeAsync("data-value", $"{-kilowatts * 1_000}");
        // The order, and up to 10 % for what homes are behind: what the movers are asked for is in the table, watt by watt.
        await aggregator.WaitForFunctionAsync(
            """
            kilowatts => {
              const asked = [...document.querySelectorAll('[data-testid=mover]')].reduce((sum, row) => sum + Number(row.dataset.asked), 0);
              return asked >= -kilowatts * 1400 && asked <= -kilowatts * 700;
            }
            """,
            kilowatts);

        var customer = await browser.NewPageAsync();
        await customer.GotoAsync($"{bed.Gateway.Address}/customer.html#customer-01");
        await customer.Locator("[data-testid=home]:not([data-set-point='']):not([data-set-point='0'])").First.WaitForAsync();
        Assert.Equal(6, await customer.GetByTestId("home").CountAsync());

        await tso.GetByTestId("command-power").FillAsync("900000");
        await tso.GetByTestId("command-send").ClickAsync();
        await Expect(tso.GetByTestId("command-answer")).ToHaveTextAsync("tso-0002 was refused: negative confirmation, cause 7.");
        await tso.GetByTestId("command-way").SelectOptionAsync("HTTP");
        await tso.GetByTestId("command-send").ClickAsync();
        await Expect(tso.GetByTestId("command-answer")).ToHaveTextAsync("tso-0003 was refused: More is wanted than was sold, somewhere between start and end.");
        await tso.GetByTestId("command-kind").SelectOptionAsync("revocation");
        await tso.GetByTestId("command-send").ClickAsync();
        await Expect(tso.GetByTestId("command-answer")).ToHaveTextAsync("tso-0004 was confirmed.");
        await Expect(aggregator.GetByTestId("order-title")).ToHaveTextAsync("No order in force");
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme)
    {
        await using var bed = await GatewayBed.StartAsync();
        await using var pages = await PagesAsync(bed);
        await bed.AskAsync("regulation", -bed.Now.UpWatts / 2);
        await bed.AskAsync("regulation", -900_000_000);
        await GatewayBed.UntilAsync(() => bed.Now.MovingHomes > 0);
        foreach (var address in (string[])[$"{pages.Address}", $"{bed.Gateway.Address}/", $"{bed.Gateway.Address}/customer.html#customer-01"])
        {
            var page = await browser.NewPageAsync(width, scheme: scheme);
            await page.GotoAsync(address);
            await page.Locator("[data-testid=measured][data-value]").WaitForAsync();
            foreach (var summary in await page.Locator("details > summary").AllAsync())
            {
                await summary.ClickAsync();
            }

            Assert.Equal(0, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            var result = await page.RunAxe();
            Assert.Equal("", string.Join('\n', result.Violations.Select(violation => $"{address} {violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        }
    }

    [Fact]
    public async Task No_request_leaves_the_origin_and_no_script_complains()
    {
        await using var bed = await GatewayBed.StartAsync();
        await using var pages = await PagesAsync(bed);
        foreach (var address in (Uri[])[pages.Address, new Uri(bed.Gateway.Address)])
        {
            var page = await browser.NewPageAsync();
            var (hosts, complaints) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
            page.Request += (_, request) => hosts.Enqueue(new Uri(request.Url).Authority);
            page.WebSocket += (_, socket) => hosts.Enqueue(new Uri(socket.Url).Authority);
            page.Console += (_, message) => complaints.Enqueue(message.Text);
            page.PageError += (_, error) => complaints.Enqueue(error);
            await OpenAsync(page, address);

            Assert.Equal([address.Authority], hosts.Distinct());
            Assert.Empty(complaints);
        }
    }

    private static Task<TsoPages> PagesAsync(GatewayBed bed) =>
        TsoPages.StartAsync(bed.Tso, [bed.Options], new Uri(bed.Gateway.Address), 0, TimeProvider.System, TestContext.Current.CancellationToken);

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static async Task<IPage> OpenAsync(IPage page, Uri address)
    {
        await page.GotoAsync(address.ToString());
        await page.Locator("[data-testid=connection][data-status=live]").WaitForAsync();
        await page.Locator("body[data-loaded=true]").WaitForAsync();
        return page;
    }
}
