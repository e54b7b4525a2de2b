using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

public sealed class ViewerLayoutTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(360)]
    [InlineData(768)]
    [InlineData(1024)]
    [InlineData(1600)]
    public async Task Nothing_is_wider_than_the_window(int width)
    {
        var name = new string('W', 120);
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon(name, community: name));
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(width), exchange.Address);
        await viewer.OpenTablesAsync();

        Assert.Equal(0, await viewer.ReadOverflowAsync());
    }

    [Fact]
    public async Task Hostile_name_is_shown_as_text()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon(CannedMarket.HostileName));
        var viewer = await ViewerPage.OpenAsync(await browser.NewPageAsync(), exchange.Address);

        Assert.Contains(CannedMarket.HostileName, await viewer.ReadMemberNamesAsync());
        Assert.Contains(CannedMarket.HostileName, (await viewer.ReadTradesAsync())[0].Text, StringComparison.Ordinal);
        Assert.Equal("Borgo Solare · VirtualEnergy P2P", await viewer.Page.TitleAsync());
        Assert.Equal(0, await viewer.Page.Locator("main img, main script").CountAsync());
    }

    [Fact]
    public async Task No_request_leaves_the_origin()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        var page = await browser.NewPageAsync();
        var hosts = new ConcurrentQueue<string>();
        var complaints = new ConcurrentQueue<string>();
        page.Request += (_, request) => hosts.Enqueue(new Uri(request.Url).Authority);
        page.WebSocket += (_, socket) => hosts.Enqueue(new Uri(socket.Url).Authority);
        page.Console += (_, message) => complaints.Enqueue(message.Text);
        page.PageError += (_, error) => complaints.Enqueue(error);
        await ViewerPage.OpenAsync(page, exchange.Address);

        Assert.Equal([exchange.Address.Authority], hosts.Distinct());
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Files_carry_their_type_a_tag_and_the_security_headers()
    {
        await using var exchange = await CannedExchange.StartAsync(CannedMarket.AtNoon());
        using var client = new HttpClient { BaseAddress = exchange.Address };
        using var page = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
        Assert.StartsWith("default-src 'none'; script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());

        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(page.Headers.ETag!.Tag));
        using var unchanged = await client.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var script = await client.GetAsync(new Uri("/charts/price.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("text/javascript; charset=utf-8", script.Content.Headers.ContentType?.ToString());
        using var outside = await client.GetAsync(new Uri("/..%2fViewerFiles.cs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }
}
