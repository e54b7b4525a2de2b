using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Exchange;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>A member's page before a real exchange and a real chain; each home has 100 EUR in the escrow and 20 EUR of its own.</summary>
public sealed class MemberPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IAsyncLifetime
{
    private TestCommunity _community = null!;
    private ExchangeHost _exchange = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EthereumKey Anna => _community.Keys[0];

    public async ValueTask InitializeAsync()
    {
        _community = await TestCommunity.StartAsync(2, Cancellation, TimeSpan.FromSeconds(2));
        using var client = new JsonRpcClient(_community.Options.Rpc, TimeProvider.System);
        using var registrar = new TransactionSender(client, DevAccounts.Registrar, 31337, TimeProvider.System, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        var euro = new TestEuro(client, await _community.Contract.TokenAsync(Cancellation));
        foreach (var key in _community.Keys)
        {
            await euro.MintAsync(registrar, key.Address, new Money(20_000_000), Cancellation);
            await registrar.SendAndConfirmAsync(key.Address, [], 1_000_000_000_000_000_000, Cancellation); // for fees
        }

        _exchange = await ExchangeHost.StartAsync(_community.Options, TimeProvider.System, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        await _community.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_wallet_everything_is_shown_and_nothing_can_be_pressed()
    {
        var page = await OpenAsync(await browser.NewPageAsync());
        await ValueAsync(page, "funds-available", "100000000");
        await page.GetByTestId("no-wallet").WaitForAsync();
        Assert.Contains("ve funds deposit", await page.GetByTestId("no-wallet").TextContentAsync(), StringComparison.Ordinal);
        foreach (var button in (string[])["deposit", "withdraw", "limit", "unlimit"])
        {
            Assert.True(await page.GetByTestId(button).IsDisabledAsync());
        }

        Assert.Equal("100000000", await page.GetByTestId("movement").First.GetAttributeAsync("data-balance"));
    }

    [Fact]
    public async Task What_was_spent_is_shown_by_hour_without_what_came_in_and_less_what_was_undone()
    {
        var page = await browser.NewPageAsync();
        await page.Clock.InstallAsync(new ClockInstallOptions { Time = "2026-11-30T12:30:00Z" });
        await page.RouteAsync(new Regex("/funds/history[?]"), route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = $"[{Entry("trades", "12:10", -30_000)},{Entry("deviations", "12:05", -5_000)},{Entry("trades-rolled-back", "11:50", 2_000)},{Entry("trades", "11:40", -12_000)},{Entry("trades", "11:00", 90_000)},{Entry("deposit", "10:00", 20_000_000)}]",
        }));
        await OpenAsync(page);
        await page.Locator("[data-testid=spending][data-value='45000']").WaitForAsync(); // 30,000 + 5,000 and 12,000 − 2,000
        Assert.Equal(["35000", "10000"], await page.Locator("#spending-chart rect").EvaluateAllAsync<string[]>("bars => bars.map(bar => bar.dataset.spent).filter(spent => spent !== '0').reverse()"));
        Assert.Equal(12, await page.Locator("#spending-chart rect").CountAsync());

        // A list that is cut off at 11:40 has neither that hour whole nor those before.
        Assert.Equal(
            """[35000]""",
            await page.EvaluateAsync<string>($"import('/funds/spending.js').then(m => JSON.stringify(m.spendingByHour([{Entry("trades", "12:10", -30_000)},{Entry("deviations", "12:05", -5_000)},{Entry("trades", "11:40", -12_000)}], true, Date.parse('2026-11-30T12:30:00Z')).map(one => one.spent)))"));
    }

    [Fact]
    public async Task Money_goes_in_and_out_through_the_wallet_to_the_unit()
    {
        using var wallet = new StubWallet(_community.Options.Rpc, Anna);
        var page = await OpenAsync(await browser.NewPageAsync(), wallet);
        await ValueAsync(page, "wallet-balance", "20000000");

        await page.GetByTestId("deposit-amount").FillAsync("12.500001");
        await page.GetByTestId("deposit").ClickAsync();
        await NewsAsync(page, "€ 12.500001 arrived.");
        await ValueAsync(page, "funds-available", "112500001");
        await page.Locator("[data-testid=movement][data-kind=deposit][data-value='12500001']").WaitForAsync();
        Assert.Equal(112_500_001, (await _community.Contract.BalanceOfAsync(Anna.Address, Cancellation)).MicroEur);

        await page.GetByTestId("withdraw-amount").FillAsync("5");
        await page.GetByTestId("withdraw").ClickAsync();
        await NewsAsync(page, "€ 5.00 are asked for.");
        await ValueAsync(page, "request-amount", "5000000");
        await page.Locator("[data-testid=finalise]:not([disabled])").ClickAsync();
        await NewsAsync(page, "It was paid.");
        await ValueAsync(page, "wallet-balance", "12499999"); // 20 − 12.500001 + 5
        await ValueAsync(page, "funds-available", "107500001");

        await page.GetByTestId("withdraw-amount").FillAsync("1");
        await page.GetByTestId("withdraw").ClickAsync();
        await page.Locator("[data-testid=cancel]:not([disabled])").ClickAsync();
        await NewsAsync(page, "It is back in your balance.");
        Assert.Equal(107_500_001, (await _community.Contract.BalanceOfAsync(Anna.Address, Cancellation)).MicroEur);
    }

    [Fact]
    public async Task A_limit_is_signed_in_the_wallet_and_taken_by_the_exchange()
    {
        using var wallet = new StubWallet(_community.Options.Rpc, Anna);
        var page = await OpenAsync(await browser.NewPageAsync(), wallet);
        await page.GetByTestId("limit-amount").FillAsync("3.00");
        await page.GetByTestId("limit").ClickAsync();
        await NewsAsync(page, "At most € 3.00 a day from now on.");
        await ValueAsync(page, "funds-mandate", "3000000");
        using var http = new HttpClient();
        var answer = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri($"{_exchange.ViewerAddress}/api/members/{Anna.Address}/funds"), Cancellation));
        Assert.Equal(3_000_000, answer.GetProperty("mandate").GetProperty("mostMicroEurPerDay").GetInt64());

        await page.GetByTestId("unlimit").ClickAsync();
        await NewsAsync(page, "No limit any more.");
        await ValueAsync(page, "funds-mandate", "");
        Assert.DoesNotContain("eth_sendTransaction", wallet.Asked); // a mandate costs no fee
    }

    [Fact]
    public async Task What_cannot_be_is_said_and_nothing_is_sent()
    {
        using var wallet = new StubWallet(_community.Options.Rpc, Anna);
        var page = await OpenAsync(await browser.NewPageAsync(), wallet);
        await page.GetByTestId("deposit-amount").FillAsync("1,50");
        await page.GetByTestId("deposit").ClickAsync();
        await NewsAsync(page, "Write euros as 12.50, with a point and at most six decimals.");
        Assert.Equal("true", await page.GetByTestId("deposit-amount").GetAttributeAsync("aria-invalid"));

        await page.GetByTestId("withdraw-amount").FillAsync("1000");
        await page.GetByTestId("withdraw").ClickAsync();
        await NewsAsync(page, "There is not so much in the escrow: ask for less.");
        Assert.DoesNotContain("eth_sendTransaction", wallet.Asked);

        wallet.Signs = false;
        await page.GetByTestId("withdraw-amount").FillAsync("1");
        await page.GetByTestId("withdraw").ClickAsync();
        await NewsAsync(page, "You declined in the wallet; nothing was sent.");
        Assert.Equal(100_000_000, (await _community.Contract.BalanceOfAsync(Anna.Address, Cancellation)).MicroEur);
    }

    [Fact]
    public async Task With_another_account_one_can_pay_in_for_her_and_nothing_else()
    {
        using var wallet = new StubWallet(_community.Options.Rpc, _community.Keys[1]);
        var page = await OpenAsync(await browser.NewPageAsync(), wallet);
        await Assertions.Expect(page.GetByTestId("wallet-hint")).ToContainTextAsync("pay in for her");
        Assert.True(await page.GetByTestId("withdraw").IsDisabledAsync());
        Assert.True(await page.GetByTestId("limit").IsDisabledAsync());
        await page.GetByTestId("deposit-amount").FillAsync("2");
        await page.GetByTestId("deposit").ClickAsync();
        await NewsAsync(page, "€ 2.00 arrived.");
        Assert.Equal(102_000_000, (await _community.Contract.BalanceOfAsync(Anna.Address, Cancellation)).MicroEur);
    }

    [Fact]
    public async Task A_wallet_on_another_chain_is_asked_to_switch()
    {
        using var wallet = new StubWallet(_community.Options.Rpc, Anna);
        var page = await OpenAsync(await browser.NewPageAsync(), wallet, chain: 1);
        await Assertions.Expect(page.GetByTestId("wallet-hint")).ToContainTextAsync("chain 1; this escrow lives on chain 31337");
        Assert.True(await page.GetByTestId("deposit").IsDisabledAsync());
        await page.GetByTestId("wallet-switch").ClickAsync();
        await page.Locator("[data-testid=deposit]:not([disabled])").WaitForAsync();
    }

    [Fact]
    public async Task What_her_node_suggests_is_shown_in_words_and_nobody_elses_is()
    {
        var page = await OpenAsync(await browser.NewPageAsync());
        Assert.True(await page.GetByTestId("suggestions").IsHiddenAsync());

        // 20 September 2026, 7:00 UTC, which is 9:00 on the wall; the first can start now and waits until 13:15, the second is loaded at 10:00.
        var now = PeriodGrid.QuarterHour.At(new DateTimeOffset(2026, 9, 20, 7, 0, 0, TimeSpan.Zero));
        SuggestedStarts Suggested(string device) => new(
            Anna.Address.ToMember(), now,
            [new(device, now, new Period(now.Index + 17), new Energy(1_200), new Money(214_000)), new("dryer", new Period(now.Index + 4), new Period(now.Index + 4), new Energy(2_000), Money.Zero)]);
        var signing = new SuggestionSigning(new MarketDomain(31337, _community.Options.Contract));
        await using var node = await TestNode.ConnectAsync(_exchange.Broker, _community.Options.Community, Anna.Address.ToMember(), Cancellation);
        await node.SendAsync(new Signed<SuggestedStarts>(Suggested("<b>washing machine"), signing.Sign(Suggested("<b>washing machine"), Anna)), Cancellation);
        await node.SendAsync(new Signed<SuggestedStarts>(Suggested("kettle"), signing.Sign(Suggested("kettle"), _community.Keys[1])), Cancellation);
        await Assertions.Expect(page.GetByTestId("suggestion").First).ToContainTextAsync("<b>washing machine");

        // A browser shows its own clock; the difference of 17 quarters of an hour is the same everywhere.
        var said = await page.GetByTestId("suggestion").AllTextContentsAsync();
        Assert.Matches(@"^Start the <b>washing machine at \d\d:15 instead of now: about € 0\.21 less\.a run takes 1\.20 kWh$", said[0]);
        Assert.Matches(@"^Start the dryer at \d\d:00, as soon as it is loaded: waiting saves nothing\.a run takes 2\.00 kWh$", said[1]);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light, true)]
    [InlineData(1440, ColorScheme.Dark, false)]
    [InlineData(390, ColorScheme.Light, false)]
    [InlineData(390, ColorScheme.Dark, true)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme, bool hasWallet)
    {
        using var wallet = new StubWallet(_community.Options.Rpc, Anna);
        var complaints = new ConcurrentQueue<string>();
        var page = await browser.NewPageAsync(width, 900, scheme);
        page.Console += (_, message) => complaints.Enqueue(message.Text);
        page.PageError += (_, error) => complaints.Enqueue(error);
        await OpenAsync(page, hasWallet ? wallet : null);
        await page.GetByTestId("movement").First.WaitForAsync();
        if (hasWallet)
        {
            await page.GetByTestId("withdraw-amount").FillAsync("5");
            await page.GetByTestId("withdraw").ClickAsync();
            await ValueAsync(page, "request-amount", "5000000");
            await page.Locator("[data-testid=finalise]:not([disabled])").WaitForAsync();
        }

        var result = await page.RunAxe();
        Assert.Equal("", string.Join('\n', result.Violations.Select(violation => $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        Assert.Equal(0, await new ViewerPage(page).ReadOverflowAsync());
        Assert.Empty(complaints);
        if (Environment.GetEnvironmentVariable("VEP_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"member-{width}-{scheme}.png"), FullPage = true });
        }
    }

    [Fact]
    public async Task The_members_list_leads_to_it_and_a_strangers_page_says_so()
    {
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), new Uri(_exchange.ViewerAddress));
        await viewer.Page.Locator($"[data-member='{Anna.Address}'] a").ClickAsync();
        await ValueAsync(viewer.Page, "funds-available", "100000000");
        Assert.Equal("Home 0: money", await viewer.Page.GetByTestId("funds-member").TextContentAsync());

        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{_exchange.ViewerAddress}/member.html#0x{new string('9', 40)}");
        await Assertions.Expect(page.GetByTestId("funds-trouble")).ToContainTextAsync("is not a member of this community");
    }

    private async Task<IPage> OpenAsync(IPage page, StubWallet? wallet = null, ulong chain = 31337)
    {
        if (wallet is not null)
        {
            await wallet.InstallAsync(page, chain);
        }

        await page.GotoAsync($"{_exchange.ViewerAddress}/member.html#{Anna.Address}");
        await page.Locator("body[data-loaded=true]").WaitForAsync();
        if (wallet is not null)
        {
            await page.Locator("[data-testid=wallet-account]:not(:empty)").WaitForAsync();
        }

        return page;
    }

    private static Task ValueAsync(IPage page, string testId, string value) =>
        page.Locator($"[data-testid={testId}][data-value='{value}']").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

    private static Task NewsAsync(IPage page, string text) =>
        Assertions.Expect(page.GetByTestId("funds-news")).ToHaveTextAsync(text);

    private static string Entry(string kind, string at, long change) =>
        $$"""{"kind":"{{kind}}","at":"2026-11-30T{{at}}:00+00:00","period":{{(kind == "deposit" ? "null" : "1994832")}},"changeMicroEur":{{change}},"balanceMicroEur":1,"requestedMicroEur":0,"other":null,"block":1,"transaction":"0x{{at[3..]}}{{kind.Length}}"}""";
}
