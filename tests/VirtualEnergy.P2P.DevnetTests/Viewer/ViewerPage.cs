using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>A trade as the page shows it: the market's integers, and the text that a person reads.</summary>
public sealed record ShownTrade(long Period, string Seller, string Buyer, long EnergyWh, long PriceMicroEurPerKWh, long AmountMicroEur, string Text);

/// <summary>The viewer as its reader has it. The selectors live here and in README.md, not in the tests.</summary>
public sealed class ViewerPage(IPage page)
{
    public IPage Page => page;

    public ILocator Price => page.GetByTestId("price");

    public ILocator PriceChart => page.GetByTestId("price-chart");

    public ILocator Trades => page.GetByTestId("trade");

    public ILocator Members => page.GetByTestId("member");

    public ILocator MemberNames => page.Locator("[data-testid=member] .name");

    /// <summary>Opens the viewer at this address and waits until it is live.</summary>
    public static async Task<ViewerPage> OpenAsync(IPage page, Uri address)
    {
        var witness = new PageWitness(page);
        await page.GotoAsync(address.ToString());
        var viewer = new ViewerPage(page);
        await witness.UntilAsync(() => viewer.WaitForStatusAsync("live"));
        await witness.UntilAsync(() => page.Locator("body[data-loaded=true]").WaitForAsync());
        return viewer;
    }

    /// <summary>Waits for one of connecting, live, reconnecting, offline.</summary>
    public Task WaitForStatusAsync(params string[] anyOf) =>
        page.Locator(string.Join(',', anyOf.Select(status => $"[data-testid=connection][data-status={status}]"))).WaitForAsync();

    /// <summary>Waits until a trade of a later period stands first in the list; it comes when the market trades again.</summary>
    public Task WaitForTradeAfterAsync(long period) =>
        page.WaitForFunctionAsync("period => Number(document.querySelector('[data-testid=trade]').dataset.period) > period", period);

    /// <summary>Waits until a trade of this period stands first in the list.</summary>
    public Task WaitForTradeOfPeriodAsync(long period) =>
        page.Locator($"[data-testid=trade][data-period='{period}']:first-child").WaitForAsync();

    /// <summary>Waits until the figure carries this raw value.</summary>
    public Task WaitForValueAsync(string testId, long value) =>
        page.Locator($"[data-testid={testId}][data-value='{value}']").WaitForAsync();

    /// <summary>The trades in the list's order, newest first, read in one go.</summary>
    public async Task<IReadOnlyList<ShownTrade>> ReadTradesAsync()
    {
        var rows = await Trades.EvaluateAllAsync<string[][]>(
            """
            rows => rows.map(row => [row.dataset.period, row.dataset.seller, row.dataset.buyer, row.dataset.energyWh,
              row.dataset.price, row.dataset.amount, row.textContent])
            """);
        return [.. rows.Select(row => new ShownTrade(Number(row[0]), row[1], row[2], Number(row[3]), Number(row[4]), Number(row[5]), row[6]))];
    }

    /// <summary>The raw value of a figure, in the API's unit; null where nothing is known yet.</summary>
    public async Task<long?> ReadValueAsync(string testId) =>
        await page.GetByTestId(testId).GetAttributeAsync("data-value") is { Length: > 0 } text ? Number(text) : null;

    /// <summary>The names of the members in the table's order.</summary>
    public Task<IReadOnlyList<string>> ReadMemberNamesAsync() => MemberNames.AllTextContentsAsync();

    /// <summary>The <c>data-testid</c> or id of the element that has the focus.</summary>
    public Task<string> ReadFocusAsync() =>
        page.EvaluateAsync<string>("() => document.activeElement.dataset.testid || document.activeElement.id || document.activeElement.className");

    /// <summary>How many pixels the document is wider than the window.</summary>
    public Task<int> ReadOverflowAsync() =>
        page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Opens every table that stands behind a chart.</summary>
    public async Task OpenTablesAsync()
    {
        foreach (var summary in await page.Locator("details > summary:visible").AllAsync())
        {
            await summary.ClickAsync();
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
