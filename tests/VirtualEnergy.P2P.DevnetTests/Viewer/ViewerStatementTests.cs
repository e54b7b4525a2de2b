using System.Net.Http.Json;
using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VirtualEnergy.P2P.DevnetTests.Demo;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>A member's account before a real community: every line is the API's, and it ends at the chain's balance.</summary>
public sealed class ViewerStatementTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_members_account_opens_adds_up_and_is_accessible(int width, ColorScheme scheme)
    {
        await using var demo = DemoProcess.Demo("--headless", "--homes", "6", "--periods", "50", "--fast", "--keep", "--mechanism", "huang");
        await demo.LineAsync("stays at");
        var address = new Uri((await demo.LineAsync("viewer ")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(width, 900, scheme), address);
        var opener = viewer.Page.GetByTestId("open-statement").First;
        var member = await opener.GetAttributeAsync("data-statement");
        await opener.ClickAsync();

        var dialog = viewer.Page.GetByTestId("statement");
        await dialog.GetByTestId("statement-entry").First.WaitForAsync();
        using var http = new HttpClient { BaseAddress = address };
        var statement = await http.GetFromJsonAsync<JsonElement>($"/api/members/{member}/statement", TestContext.Current.CancellationToken);
        var kinds = statement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()!).Reverse().ToList();
        Assert.Equal(kinds, await dialog.GetByTestId("statement-entry").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.kind)"));
        Assert.Equal((50, 1), (kinds.Count(kind => kind == "deviation"), kinds.Count(kind => kind == "deposit")));
        Assert.Contains("add up to the chain's balance", await dialog.GetByTestId("statement-check").InnerTextAsync(), StringComparison.Ordinal);
        var balance = statement.GetProperty("chainMicroEur").GetInt64();
        Assert.Contains($"{balance / 1_000_000}.{balance % 1_000_000:000000}", await dialog.InnerTextAsync(), StringComparison.Ordinal);

        Assert.Equal(0, await viewer.ReadOverflowAsync());
        var axe = await viewer.Page.RunAxe();
        Assert.Empty(axe.Violations.Select(violation => $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
        await dialog.GetByTestId("statement-close").ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }
}
