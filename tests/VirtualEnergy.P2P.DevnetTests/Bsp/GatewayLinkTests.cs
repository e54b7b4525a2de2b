using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>Orders through both links of a running gateway, and what it refuses.</summary>
public sealed class GatewayLinkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_point_reaches_the_homes_and_their_power_the_system_operator()
    {
        await using var bed = await GatewayBed.StartAsync();
        var watts = bed.Now.UpWatts / 2;

        Assert.Equal("confirmed", (await bed.AskAsync("regulation", -watts)).State);
        await GatewayBed.UntilAsync(() => bed.Now is { HasOrder: true } now && now.SetPointWatts == -watts && now.MovingHomes > 0);
        // Devices follow with lags of up to a minute: half of what is asked for is soon there.
        await GatewayBed.UntilAsync(() => bed.Tso.Units()[0] is { HasOrder: true } seen && seen.SetPointWatts == -watts && seen.BaselineWatts - seen.MeasuredWatts > watts / 2);
        Assert.True(bed.Customers.Taken > 0);
        await bed.UntilOrdersAreAsync("holding");
        await GatewayBed.UntilAsync(() => bed.Gateway.Parts.Orders.Read()[0].LastSetPointMilliseconds is not null);
        var order = bed.Gateway.Parts.Orders.Read()[0];
        Assert.Equal(("regulation", "IEC 104"), (order.Kind, order.Way));
        Assert.InRange(order.LastSetPointMilliseconds!.Value, 0, Hang.After.TotalMilliseconds);

        Assert.Equal("confirmed", (await bed.AskAsync("revocation", 0)).State);
        await GatewayBed.UntilAsync(() => bed.Now is { HasOrder: false, MovingHomes: 0 } && bed.Tso.Units()[0].HasOrder is false);
        await GatewayBed.UntilAsync(() => bed.Gateway.Parts.Orders.Read().Single(one => one.Kind == "regulation").State == "revoked");
    }

    [Theory]
    [InlineData("regulation", -10_000_000L)] // 10 MW from twelve homes
    [InlineData("regulation", 10_000_000L)]
    [InlineData("regulation", 0L)] // nothing to end
    [InlineData("revocation", 0L)]
    [InlineData("lift", 0L)]
    [InlineData("limitation", 500L)] // a unit is never told that it must consume
    public async Task What_cannot_be_carried_out_is_confirmed_negatively(string kind, long watts)
    {
        await using var bed = await GatewayBed.StartAsync();
        var answer = await bed.AskAsync(kind, watts);

        Assert.Equal(("refused", "negative confirmation, cause 7"), (answer.State, answer.Reason));
        Assert.False(bed.Now.HasOrder);
        Assert.Equal(0, bed.Customers.Taken);
    }

    [Fact]
    public async Task A_limitation_is_set_switched_on_shown_and_lifted()
    {
        await using var bed = await GatewayBed.StartAsync();
        Assert.Equal("confirmed", (await bed.AskAsync("limitation", -1_000)).State);
        await GatewayBed.UntilAsync(() => bed.Tso.Units()[0].IsLimited);
        Assert.Equal("confirmed", (await bed.AskAsync("lift", 0)).State);
        await GatewayBed.UntilAsync(() => !bed.Tso.Units()[0].IsLimited);
    }

    [Fact]
    public async Task A_new_set_point_takes_the_place_of_the_one_before()
    {
        await using var bed = await GatewayBed.StartAsync();
        var most = bed.Now.UpWatts;
        await bed.AskAsync("regulation", -most / 4);
        await GatewayBed.UntilAsync(() => bed.Now.SetPointWatts == -(most / 4));
        Assert.Equal("confirmed", (await bed.AskAsync("regulation", -most / 2)).State);
        await GatewayBed.UntilAsync(() => bed.Now.SetPointWatts == -(most / 2));
        await bed.UntilOrdersAreAsync("holding", "revoked");
    }

    [Fact]
    public async Task A_command_with_an_old_time_or_for_another_unit_is_refused()
    {
        await using var bed = await GatewayBed.StartAsync();
        await bed.Tso.DisposeAsync(); // or it would take the connection's place again
        await using var station = new ControllingStation(new ControllingStationOptions { Hosts = [("127.0.0.1", bed.Gateway.TsoEndPoint.Port)] }, TimeProvider.System);
        var connection = await station.StartedAsync(Cancellation);
        var item = new ObjectAddress(bed.Options.Points.SetPoint);
        var old = Cp56Time2a.FromUtc(DateTimeOffset.UtcNow.AddMinutes(-2));

        Assert.Equal(new RequestResult(RequestOutcome.Refused, Cause.ActivationConfirmation), await connection.RequestAsync(new CommonAddress(5), InformationObject.SetPointShortFloat(item, 0.001f, old)));
        Assert.Equal(new RequestResult(RequestOutcome.Refused, Cause.UnknownCommonAddress), await connection.RequestAsync(new CommonAddress(6), InformationObject.SetPointShortFloat(item, 0.001f)));
        Assert.Equal(
            new RequestResult(RequestOutcome.Refused, Cause.UnknownObjectAddress),
            await connection.RequestAsync(new CommonAddress(5), InformationObject.SetPointShortFloat(new ObjectAddress(bed.Options.Points.MeasuredPower), 0.001f)));
        // Beyond any power, though finite: 10³⁰ MW.
        Assert.Equal(new RequestResult(RequestOutcome.Refused, Cause.ActivationConfirmation), await connection.RequestAsync(new CommonAddress(5), InformationObject.SetPointShortFloat(item, 1e30f)));
        Assert.Empty(bed.Gateway.Parts.Orders.Read());
    }

    [Fact]
    public async Task Orders_over_http_need_the_token_and_say_why_they_are_refused()
    {
        await using var bed = await GatewayBed.StartAsync();
        using var stranger = new HttpClient { BaseAddress = bed.Http.BaseAddress };
        var order = new { Id = "o-1", Unit = GatewayBed.Unit, Kind = "regulation", Watts = -1_000, HoldSeconds = 600 };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsJsonAsync("/api/orders", order, Cancellation)).StatusCode);
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", GatewayBed.Token + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsJsonAsync("/api/orders", order, Cancellation)).StatusCode);
        Assert.Empty(bed.Gateway.Parts.Orders.Read());

        Assert.Equal(HttpStatusCode.Created, (await bed.Http.PostAsJsonAsync("/api/orders", order, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await bed.Http.PostAsJsonAsync("/api/orders", order, Cancellation)).StatusCode); // sent twice, ordered once
        Assert.Single(bed.Gateway.Parts.Orders.Read());
        Assert.Equal((HttpStatusCode.Conflict, "id-reused"), await RefusalAsync(bed, order with { Watts = -2_000 }));
        Assert.Equal((HttpStatusCode.Conflict, "beyond-sold"), await RefusalAsync(bed, order with { Id = "o-2", Watts = -900_000_000 }));
        Assert.Equal((HttpStatusCode.Conflict, "unknown-unit"), await RefusalAsync(bed, order with { Id = "o-3", Unit = "UVAM-X" }));
        Assert.Equal((HttpStatusCode.BadRequest, "malformed"), await RefusalAsync(bed, order with { Id = "o 4" }));
        using var nonsense = await bed.Http.PostAsync("/api/orders", new StringContent("{\"id\":", null, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    [Fact]
    public async Task Homes_that_vanish_are_made_up_for_by_others()
    {
        await using var bed = await GatewayBed.StartAsync(homes: 40, customers: 4, stale: TimeSpan.FromSeconds(2));
        var watts = bed.Now.UpWatts / 3;
        await bed.AskAsync("regulation", -watts);
        await GatewayBed.UntilAsync(() => bed.Now.BaselineWatts - bed.Now.MeasuredWatts > watts * 8 / 10);
        var vanished = bed.Customers.Vanish(25);

        await GatewayBed.UntilAsync(() => bed.Now is { MissingWatts: 0 } now && now.FreshHomes == 40 - vanished && now.BaselineWatts - now.MeasuredWatts > watts * 9 / 10);
        await GatewayBed.UntilAsync(() => !bed.Tso.Units()[0].IsComplete);
    }

    [Fact]
    public async Task The_api_describes_itself_and_says_how_it_is()
    {
        await using var bed = await GatewayBed.StartAsync();
        var api = await bed.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancellation);
        string[] paths = ["/api/snapshot", "/api/orders", "/api/programs", "/api/results", "/api/offers", "/api/baselines/{unit}/{day}", "/api/statements", "/api/customers/{id}", "/health"];
        Assert.Empty(paths.Except(api.GetProperty("paths").EnumerateObject().Select(path => path.Name)));
        Assert.Equal("healthy", (await bed.Http.GetFromJsonAsync<JsonElement>("/health", Cancellation)).GetProperty("status").GetString());
        Assert.Equal(6, (await bed.Http.GetFromJsonAsync<JsonElement>("/api/customers/customer-01", Cancellation)).GetProperty("homes").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await bed.Http.GetAsync(new Uri("/api/customers/nobody", UriKind.Relative), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bed.Http.GetAsync(new Uri($"/api/baselines/{GatewayBed.Unit}/2026-12-02", UriKind.Relative), Cancellation)).StatusCode);
    }

    private static async Task<(HttpStatusCode, string?)> RefusalAsync(GatewayBed bed, object order)
    {
        using var answer = await bed.Http.PostAsJsonAsync("/api/orders", order, Cancellation);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }
}
