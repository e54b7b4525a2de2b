using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Bsp.Reservations;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Uftp;

/// <summary>A grid operator and the gateway's host: request, offer, order, delivery, meter values and settlement over HTTP.</summary>
public sealed class UftpTradeTests
{
    // 19:00 to 19:30 by the clock on the wall: the 77th and 78th quarter of an hour.
    private const int First = 77;
    private static readonly DateTimeOffset Start = new(2026, 12, 2, 18, 0, 0, TimeSpan.Zero);
    private static readonly UnitId Unit = new(UftpBed.Unit);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_grid_operator_orders_is_delivered_metered_and_settled_over_a_restart()
    {
        await using var bed = await UftpBed.StartAsync();
        var prognosis = await bed.FreezeAsync();
        Assert.Equal([80_000], prognosis.Isps.Select(isp => isp.Power).Distinct()); // two homes of 10 kWh a quarter of an hour
        var offer = await AskAsync(bed, -60_000);

        // Of two homes with 60 kW one is enough. It asks 0.10 EUR/kWh; 5 % and 0.001 EUR on top are 0.106; 60 kW for half an hour are 30 kWh: 3.18 EUR.
        Assert.Equal((-60_000, First, 2), (offer.Options[0].Isps[0].Power, offer.Options[0].Isps[0].Start, offer.Options[0].Isps[0].Span.Count));
        Assert.Equal((3.18m, prognosis.MessageId), (offer.Options[0].Price, offer.DPrognosisMessageId));
        Assert.Equal(15_000, Account(bed, First).Grid.WattHours); // 60 kW over a quarter of an hour, from the offer on

        var order = bed.Dso.Order(offer, 0.5m, "ORD-1");
        await bed.Dso.SendAsync(order, Cancellation);
        Assert.Equal(UftpResult.Accepted, (await bed.Dso.NextAsync<FlexOrderResponse>(response => response.FlexOrderMessageId == order.MessageId, Cancellation)).Result);
        Assert.Equal(7_500, Account(bed, First).Grid.WattHours);

        await bed.StopGatewayAsync();
        await bed.StartGatewayAsync();
        await bed.Dso.SendAsync(order, Cancellation); // its sender did not hear of it, perhaps
        await bed.Dso.NextAsync<FlexOrderResponse>(response => response.RejectionReason == "Already Submitted", Cancellation);
        Assert.Equal(7_500, Account(bed, First).Grid.WattHours);

        await bed.JumpAsync(Start.AddMinutes(-3));
        await bed.StepUntilAsync(Start.AddMinutes(32));
        await bed.JumpAsync(new DateTimeOffset(2026, 12, 2, 23, 14, 0, TimeSpan.Zero)); // a quarter past midnight
        var metering = await bed.StepUntilAsync<Metering>(metering => metering.Period == UftpBed.Day);
        Assert.Equal(UftpBed.Meter, metering.Meter);
        var powers = metering.Profiles[0].Isps.ToDictionary(isp => isp.Start, isp => isp.Value);
        Assert.InRange(powers[First], 47m, 53m); // 80 kW less 30; of a quarter of an hour a cycle of a minute may be lost
        Assert.InRange(powers[First + 1], 47m, 53m);

        var settlement = bed.Dso.Settle(UftpBed.Day, order);
        await bed.Dso.SendAsync(settlement, Cancellation);
        var settled = await bed.Dso.NextAsync<FlexSettlementResponse>(response => response.FlexSettlementMessageId == settlement.MessageId, Cancellation);
        Assert.Equal((UftpResult.Accepted, SettlementDisposition.Accepted), (settled.Result, settled.Orders[0].Disposition));
        Assert.Equal(FlexTradeState.Settled, Assert.Single(bed.Trader.Trades).State);

        // Half of 3.18 EUR, less what the operator withheld, is shared out by what homes did in both periods; of 15 kWh a cycle of a minute may be lost in each.
        var net = (long)(settlement.Orders[0].NetSettlement * 1_000_000m);
        var shared = Assert.Single(bed.Gateway.Parts.Books.Settled);
        Assert.Equal((OrderingOperator.GridOperator, RegulationDirection.Up, 1_590_000L, net), (shared.Buyer, shared.Direction, shared.Cash.Payment.MicroEur, shared.Cash.Net.MicroEur));
        Assert.InRange(shared.Figures.Delivered.WattHours, 13_500, 16_500);
        Assert.Equal(net, shared.Points.Sum(point => point.Net.MicroEur) + shared.ProviderNet.MicroEur);
        Assert.Equal(1_590_000, shared.Points.Sum(point => point.Payment.MicroEur)); // without a fee
        await bed.Dso.SendAsync(settlement with { MessageId = Guid.NewGuid() }, Cancellation); // under another name it is the same
        await bed.Dso.NextAsync<FlexSettlementResponse>(response => response.FlexSettlementMessageId != settlement.MessageId, Cancellation);
        Assert.Equal(shared, Assert.Single(bed.Gateway.Parts.Books.Settled));
    }

    [Fact]
    public async Task An_operator_who_settles_by_another_meter_is_told_what_was_measured()
    {
        await using var bed = await UftpBed.StartAsync();
        await bed.FreezeAsync();
        var order = await BuyAsync(bed, await AskAsync(bed, -60_000));
        await bed.JumpAsync(Start.AddMinutes(-3));
        await bed.StepUntilAsync(Start.AddMinutes(32));
        await bed.JumpAsync(new DateTimeOffset(2026, 12, 2, 23, 14, 0, TimeSpan.Zero));
        await bed.StepUntilAsync<Metering>(metering => metering.Period == UftpBed.Day);

        // As if nothing had been delivered: 80 kW measured, all of the order missing and its price withheld.
        var right = bed.Dso.Settle(UftpBed.Day, order);
        var wrong = right with
        {
            Orders = [right.Orders[0] with
            {
                Penalty = order.Price, NetSettlement = 0,
                Isps = VirtualEnergy.P2P.Flexibility.ValueList.From(right.Orders[0].Isps.Select(isp => isp with { ActualPower = 80_000, DeliveredFlexPower = 0, PowerDeficiency = 60_000 })),
            }],
        };
        await bed.Dso.SendAsync(wrong, Cancellation);
        var answer = await bed.Dso.NextAsync<FlexSettlementResponse>(_ => true, Cancellation);
        Assert.Equal(SettlementDisposition.Disputed, answer.Orders[0].Disposition);
        Assert.StartsWith("ISP 77: we measured ", answer.Orders[0].DisputeReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Homes_that_do_nothing_are_made_up_for_by_others()
    {
        await using var bed = await UftpBed.StartAsync();
        await bed.FreezeAsync();
        await BuyAsync(bed, await AskAsync(bed, -40_000));
        await bed.JumpAsync(Start.AddMinutes(-3));
        bed.Deaf.Add(0);
        await bed.StepUntilAsync(Start.AddMinutes(32));

        var second = bed.Trader.MeasuredIn(UftpBed.Unit, GridSchedule.At(UftpBed.Day, First + 1, bed.Gateway.Parts.Books.Profile.Grid))!;
        Assert.True(second.Complete);
        Assert.InRange(second.WattHours, 9_000, 11_000); // 80 kW less 40, a quarter of an hour of it
    }

    [Fact]
    public async Task What_is_offered_to_the_system_operator_is_not_offered_to_a_grid_operator()
    {
        // 600 kW each: 1.2 MW are above the least size of the system operator's market.
        await using var bed = await UftpBed.StartAsync(watts: 600_000);
        await bed.FreezeAsync();
        Assert.NotNull(bed.Gateway.Parts.Books.Offer(Unit, At(bed, First + 3), RegulationDirection.Up)); // the prognosis is sent after planning

        var request = bed.Dso.Request(UftpBed.Day, First - 2, 4, -50_000, 0, bed.Time.GetUtcNow().AddHours(6));
        await bed.Dso.SendAsync(request, Cancellation);
        var offer = await bed.Dso.NextAsync<FlexOffer>(offer => offer.FlexRequestMessageId == request.MessageId, Cancellation);
        Assert.Equal((First - 2, 2), (offer.Options[0].Isps[0].Start, offer.Options[0].Isps[0].Span.Count)); // 18:30 to 19:00; from 19:00 on it is the system operator's
    }

    [Theory]
    [InlineData(CoordinationScheme.Local, false)]
    [InlineData(CoordinationScheme.Common, true)]
    public async Task An_offer_to_the_grid_operator_keeps_the_system_operator_out_where_he_goes_second(CoordinationScheme scheme, bool isOffered)
    {
        await using var bed = await UftpBed.StartAsync(scheme, watts: 600_000);
        // The baseline is frozen and offers are made in one go, so the request has come before and waits for it; what is offered to both is taken by who comes first.
        var parts = bed.Gateway.Parts;
        var grid = parts.Books.Profile.Grid;
        Assert.Null(parts.Books.Freeze(Unit, new MarketDay(UftpBed.Day), bed.Time.GetUtcNow()));
        parts.Parties.Advance(bed.Time.GetUtcNow(), isPlanned: true);
        await bed.Dso.NextAsync<DPrognosis>(prognosis => prognosis.Period == UftpBed.Day, Cancellation);
        await AskAsync(bed, -50_000);

        var tried = false;
        Assert.Equal(isOffered, parts.Claims.OfferToSystemOperator(Unit, GridSchedule.At(UftpBed.Day, First, grid), () => tried = true));
        Assert.Equal(isOffered, tried);
        Assert.Equal(isOffered ? 0 : 150_000, Account(bed, First).Grid.WattHours); // the offer rests on all that one home can do: 600 kW
    }

    [Fact]
    public async Task Where_operators_have_one_rank_the_order_that_comes_too_late_is_refused()
    {
        await using var bed = await UftpBed.StartAsync(CoordinationScheme.Common);
        await bed.FreezeAsync();
        var (one, two, three) = (await AskAsync(bed, -60_000), await AskAsync(bed, -60_000), await AskAsync(bed, -60_000));

        // Two homes of 60 kW were offered three times; each order takes one of them.
        var answers = new List<UftpResult>();
        foreach (var (offer, at) in new[] { one, two, three }.Select((offer, at) => (offer, at)))
        {
            var order = bed.Dso.Order(offer, 1m, $"ORD-{at}");
            await bed.Dso.SendAsync(order, Cancellation);
            answers.Add((await bed.Dso.NextAsync<FlexOrderResponse>(response => response.FlexOrderMessageId == order.MessageId, Cancellation)).Result);
        }

        Assert.Equal([UftpResult.Accepted, UftpResult.Accepted, UftpResult.Rejected], answers);
    }

    [Fact]
    public async Task A_request_that_comes_before_the_baseline_is_answered_when_it_is_frozen()
    {
        await using var bed = await UftpBed.StartAsync();
        var request = bed.Dso.Request(UftpBed.Day, First, 2, -60_000, -20_000, bed.Time.GetUtcNow().AddHours(6));
        await bed.Dso.SendAsync(request, Cancellation);
        Assert.Equal(UftpResult.Accepted, (await bed.Dso.NextAsync<FlexRequestResponse>(response => response.FlexRequestMessageId == request.MessageId, Cancellation)).Result);
        Assert.Empty(bed.Trader.Trades);

        await bed.StopGatewayAsync(); // what waits is not forgotten
        await bed.StartGatewayAsync();
        await bed.FreezeAsync();
        await bed.Dso.NextAsync<FlexOffer>(offer => offer.FlexRequestMessageId == request.MessageId, Cancellation);
    }

    [Fact]
    public async Task What_could_not_be_delivered_before_a_stop_is_delivered_after_the_next_start()
    {
        await using var bed = await UftpBed.StartAsync();
        await bed.FreezeAsync();
        bed.Dso.IsUp = false;
        var request = bed.Dso.Request(UftpBed.Day, First, 2, -60_000, -20_000, bed.Time.GetUtcNow().AddHours(6));
        await bed.Dso.SendAsync(request, Cancellation);
        await UftpBed.UntilAsync(() => bed.Trader.Undelivered >= 2);
        await bed.StopGatewayAsync();
        bed.Dso.IsUp = true;
        await bed.StartGatewayAsync();

        await bed.Dso.NextAsync<FlexOffer>(offer => offer.FlexRequestMessageId == request.MessageId, Cancellation);
        Assert.Single(bed.Dso.Received.OfType<FlexRequestResponse>());
        await UftpBed.UntilAsync(() => bed.Trader.Undelivered == 0);
    }

    [Fact]
    public async Task A_contract_is_kept_before_anything_is_offered_and_what_it_obliges_to_is_offered_at_its_price()
    {
        await using var bed = await UftpBed.StartAsync(watts: 600_000, contracts: [Contract("ean.871685900012636543")]);
        await bed.FreezeAsync();
        var grid = bed.Gateway.Parts.Books.Profile.Grid;
        Assert.NotNull(bed.Gateway.Parts.Books.Offer(Unit, At(bed, First + 2), RegulationDirection.Up));
        Assert.Null(bed.Gateway.Parts.Books.Offer(Unit, At(bed, First), RegulationDirection.Up)); // 19:00 to 19:30 is the contract's

        var request = bed.Dso.Request(UftpBed.Day, First, 2, -500_000, -100_000, bed.Time.GetUtcNow().AddHours(6), "W-1");
        await bed.Dso.SendAsync(request, Cancellation);
        var offer = await bed.Dso.NextAsync<FlexOffer>(offer => offer.FlexRequestMessageId == request.MessageId, Cancellation);
        // 400 kW are reserved, less than the 500 asked for; 200 kWh at 0.25 EUR are 50 EUR.
        Assert.Equal((-400_000, 2, 50m, "W-1"), (offer.Options[0].Isps[0].Power, offer.Options[0].Isps[0].Span.Count, offer.Options[0].Price, offer.ContractId));
        await BuyAsync(bed, offer);
        Assert.Equal(-400_000, bed.Trader.ShiftAt(Unit, Start));

        var release = bed.Dso.Release(UftpBed.Day.AddDays(1), "W-1", First, 2);
        await bed.Dso.SendAsync(release, Cancellation);
        Assert.Equal(UftpResult.Accepted, (await bed.Dso.NextAsync<FlexReservationUpdateResponse>(_ => true, Cancellation)).Result);
    }

    [Fact]
    public async Task Hostile_posts_are_told_by_their_status_and_change_nothing()
    {
        await using var bed = await UftpBed.StartAsync();
        await bed.FreezeAsync();
        var request = bed.Dso.Request(UftpBed.Day, First, 2, -60_000, -20_000, bed.Time.GetUtcNow().AddHours(6));
        var right = Encoding.UTF8.GetString(bed.Dso.Seal(request));

        Assert.Equal(400, await PostAsync(bed, "<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><SignedMessage SenderDomain=\"&c;\"/>"));
        Assert.Equal(400, await PostAsync(bed, "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><SignedMessage/>"));
        Assert.Equal(400, await PostAsync(bed, right[..(right.Length / 2)]));
        Assert.Equal(419, await PostAsync(bed, right.Replace("dso.example.org", "nobody.example.org", StringComparison.Ordinal)));
        var body = right.IndexOf("Body=\"", StringComparison.Ordinal) + 6;
        Assert.Equal(401, await PostAsync(bed, right[..(body + 8)] + (right[body + 8] == 'A' ? 'B' : 'A') + right[(body + 9)..]));
        Assert.Equal(413, await PostAsync(bed, new string(' ', 9 << 20)));
        Assert.Empty(bed.Trader.Trades);

        // Signed, and of yesterday: taken to be looked at, and rejected by its answer.
        var late = request with { MessageId = Guid.NewGuid(), Period = new DateOnly(2026, 11, 30), ExpiresAt = bed.Time.GetUtcNow().AddHours(1) };
        Assert.Equal(200, await PostAsync(bed, Encoding.UTF8.GetString(bed.Dso.Seal(late))));
        Assert.StartsWith("Period out of bounds", (await bed.Dso.NextAsync<FlexRequestResponse>(response => response.FlexRequestMessageId == late.MessageId, Cancellation)).RejectionReason, StringComparison.Ordinal);
        Assert.Empty(bed.Trader.Trades);

        // Sent twice: offered once.
        Assert.Equal(200, await PostAsync(bed, right));
        Assert.Equal(200, await PostAsync(bed, right));
        await bed.Dso.NextAsync<FlexRequestResponse>(response => response.FlexRequestMessageId == request.MessageId && response.RejectionReason == "Already Submitted", Cancellation);
        Assert.Single(bed.Trader.Trades);
        Assert.True((await bed.Http.GetAsync(new Uri("/api/units", UriKind.Relative), Cancellation)).IsSuccessStatusCode);
        using var outside = new HttpClient { BaseAddress = new Uri(bed.Gateway.PartiesAddress!) };
        Assert.Equal(HttpStatusCode.NotFound, (await outside.GetAsync(new Uri("/api/units", UriKind.Relative), Cancellation)).StatusCode); // pages and API are not for grid operators
    }

    private static AwardedCompetition Contract(string congestionPoint)
    {
        var competition = CompetitionFile.ReadCompetition(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
            { "id": "C-1", "operator": "dso.example.org", "currency": "EUR", "timeZone": "Europe/Rome", "areas": [{ "id": "A-1", "name": "Area", "congestionPoint": "{{congestionPoint}}", "windows": [{
              "id": "W-1", "from": "2026-12-01", "until": "2026-12-31", "days": ["Wednesday", "Thursday"], "start": "19:00", "end": "19:30", "direction": "up", "watts": 400000, "minimumWatts": 1000, "stepWatts": 1000,
              "availabilityCapEurPerMWh": 20, "utilisationCapEurPerMWh": 300 }] }] }
            """)), out var problem);
        Assert.True(competition is not null, problem);
        return new AwardedCompetition(competition, [new WindowBid("W-1", 400_000, 10_000_000, 250_000)]);
    }

    private static async Task<FlexOffer> AskAsync(UftpBed bed, long watts)
    {
        var request = bed.Dso.Request(UftpBed.Day, First, 2, watts, -20_000, bed.Time.GetUtcNow().AddHours(6));
        await bed.Dso.SendAsync(request, Cancellation);
        return await bed.Dso.NextAsync<FlexOffer>(offer => offer.FlexRequestMessageId == request.MessageId, Cancellation);
    }

    private static async Task<FlexOrder> BuyAsync(UftpBed bed, FlexOffer offer)
    {
        var order = bed.Dso.Order(offer, 1m, "ORD-1");
        await bed.Dso.SendAsync(order, Cancellation);
        var answer = await bed.Dso.NextAsync<FlexOrderResponse>(response => response.FlexOrderMessageId == order.MessageId, Cancellation);
        Assert.True(answer.Result == UftpResult.Accepted, answer.RejectionReason);
        return order;
    }

    private static async Task<int> PostAsync(UftpBed bed, string text)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/xml");
        using var answer = await http.PostAsync(bed.Endpoint, content, Cancellation);
        return (int)answer.StatusCode;
    }

    private static Period At(UftpBed bed, int isp) => GridSchedule.At(UftpBed.Day, isp, bed.Gateway.Parts.Books.Profile.Grid);

    private static HeadroomAccount Account(UftpBed bed, int isp) =>
        bed.Gateway.Parts.Reservations.Ledger.Account(new HeadroomKey(new MemberId("m1"), At(bed, isp), RegulationDirection.Up)) ?? default;
}
