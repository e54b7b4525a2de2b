using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.Flexibility;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>Request, offer, order, settlement at a congestion point, and each way in which they go wrong.</summary>
public sealed class AggregatorDeskTests
{
    private readonly FakeTimeProvider _time = new(UftpExamples.Now);
    private readonly SimulatedGridOperator _operator;
    private readonly AggregatorDesk _desk;
    private readonly List<FlexOrder> _reserved = [];
    private Func<FlexRequest, FlexPlan?> _plan = _ => UftpExamples.Plan();
    private Func<FlexOrder, string?> _reserve = _ => null;
    private Func<FlexOrder, int, long?> _measured = (_, _) => null;

    private readonly List<FlexTrade> _kept = [];

    public AggregatorDeskTests()
    {
        _operator = new SimulatedGridOperator(UftpExamples.AtOperator, _time);
        _desk = Desk();
    }

    [Fact]
    public void A_request_is_offered_ordered_delivered_and_settled()
    {
        var offer = Offered();
        Assert.Equal(FlexTradeState.Acknowledged, State);
        Assert.Equal((12.5m, 0.5m), (offer.Options[0].Price, offer.Options[0].MinActivationFactor));

        var order = _operator.Order(offer);
        Assert.Equal(UftpResult.Accepted, Assert.IsType<FlexOrderResponse>(Tell(order)).Result);
        Assert.Equal(FlexTradeState.Ordered, State);
        Assert.Equal([order], _reserved);

        _time.SetUtcNow(UftpExamples.Now.AddDays(20));
        var settled = Assert.IsType<FlexSettlementResponse>(Tell(UftpExamples.Settlement(order)));
        Assert.Equal(new FlexOrderSettlementStatus("ORD-1", SettlementDisposition.Accepted), Assert.Single(settled.Orders));
        Assert.Equal(FlexTradeState.Settled, State);
    }

    [Fact]
    public void A_part_of_an_offer_is_the_same_part_of_power_and_price()
    {
        // 80 % of −50 kW is −40 kW, of 12.50 EUR 10.00 EUR: the specification's own figure of 80 %.
        var order = _operator.Order(Offered(), 0.8m);
        Assert.Equal((-40_000L, 10m), (order.Isps[0].Power, order.Price));
        Assert.Equal(UftpResult.Accepted, Assert.IsType<FlexOrderResponse>(Tell(order)).Result);
    }

    public static readonly TheoryData<string, string> WrongOrders = new()
    {
        { "another power", "Power mismatch" }, { "another price", "Price mismatch" }, { "other periods", "ISP mismatch" }, { "fewer periods", "ISP mismatch" }, { "too small a part", "ActivationFactor below MinActivationFactor" },
        { "another option", "Unknown OptionReference" }, { "another currency", "Currency mismatch" }, { "another day", "Reference Period mismatch" }, { "an offer nobody made", "Unknown MessageID reference (FlexOfferMessageID)" },
        { "no offer", "Unsolicited FlexOrder not agreed" }, { "another zone of time", "TimeZone rejected" }, { "half hours", "ISP duration rejected" }, { "another congestion point", "Invalid CongestionPoint" },
        { "period 97", "ISPs out of bounds" }, { "a period twice", "ISP conflict" },
    };

    [Theory]
    [MemberData(nameof(WrongOrders))]
    public void An_order_that_is_not_the_offer_is_rejected_and_reserves_nothing(string how, string reason)
    {
        var order = _operator.Order(Offered());
        var wrong = how switch
        {
            "another power" => order with { Isps = [order.Isps[0] with { Power = -50_001 }, order.Isps[1]] },
            "another price" => order with { Price = 12.4999m },
            "other periods" => order with { Isps = [order.Isps[0] with { Start = 76 }, order.Isps[1]] },
            "fewer periods" => order with { Isps = [order.Isps[0]] },
            "too small a part" => UftpExamples.Order(_operator.Offers.Values.Single(), 0.49m),
            "another option" => order with { OptionReference = "Z" },
            "another currency" => order with { Currency = "GBP" },
            "another day" => order with { Period = UftpExamples.Day.AddDays(1) },
            "an offer nobody made" => order with { FlexOfferMessageId = UftpExamples.Id() },
            "no offer" => order with { FlexOfferMessageId = null, Unsolicited = true },
            "another zone of time" => order with { TimeZone = "Europe/Helsinki" },
            "half hours" => order with { IspDuration = TimeSpan.FromMinutes(30) },
            "another congestion point" => order with { CongestionPoint = UftpExamples.OtherPoint },
            "period 97" => order with { Isps = [new IspPower(1, 97)] },
            _ => order with { Isps = [order.Isps[0], new IspPower(1, 80)] },
        };
        var response = Assert.IsType<FlexOrderResponse>(Tell(wrong));
        Assert.Equal(UftpResult.Rejected, response.Result);
        Assert.Contains(reason, response.RejectionReason!.Split("; "));
        Assert.Equal(FlexTradeState.Acknowledged, State);
        Assert.Empty(_reserved);
    }

    [Fact]
    public void An_offer_is_ordered_once()
    {
        var offer = Offered();
        Tell(_operator.Order(offer));
        Assert.Equal("Flexibility procured", Assert.IsType<FlexOrderResponse>(Tell(_operator.Order(offer, reference: "ORD-2"))).RejectionReason);
        Assert.Single(_reserved);
    }

    [Fact]
    public void Two_orders_of_one_number_are_not_taken()
    {
        Tell(_operator.Order(Offered()));
        var second = Offered();
        Assert.Equal("Duplicate OrderReference", Assert.IsType<FlexOrderResponse>(Tell(_operator.Order(second))).RejectionReason);
        Assert.Equal(UftpResult.Accepted, Assert.IsType<FlexOrderResponse>(Tell(_operator.Order(second, reference: "ORD-2"))).Result);
    }

    [Fact]
    public void What_the_ledger_refuses_is_rejected_with_its_words()
    {
        _reserve = _ => "Sold elsewhere";
        Assert.Equal("Sold elsewhere", Assert.IsType<FlexOrderResponse>(Tell(_operator.Order(Offered()))).RejectionReason);
        Assert.Equal(FlexTradeState.Acknowledged, State);
    }

    [Fact]
    public void An_expired_offer_is_not_sold()
    {
        var order = _operator.Order(Offered());
        _time.SetUtcNow(UftpExamples.Now.AddHours(5));
        Assert.Equal(FlexTradeState.Expired, State);
        Assert.Equal("Reference message expired", Assert.IsType<FlexOrderResponse>(Tell(order)).RejectionReason);
    }

    [Fact]
    public void A_revoked_offer_is_not_sold_and_a_revocation_goes_before_an_order_that_crosses_it()
    {
        var offer = Offered();
        var order = _operator.Order(offer);
        _operator.Orders.Clear(); // it is on its way and not yet the operator's
        var revocation = _desk.Revoke(offer.MessageId)!;
        Assert.Equal(FlexTradeState.Revoking, State);
        Assert.Equal("Reference message revoked", Assert.IsType<FlexOrderResponse>(Tell(order)).RejectionReason);
        Deliver(_operator.Receive(From(UftpExamples.AtOperator, revocation)));
        Assert.Equal(FlexTradeState.Revoked, State);
        Assert.Equal("Reference message revoked", Assert.IsType<FlexOrderResponse>(Tell(order with { MessageId = UftpExamples.Id() })).RejectionReason);
        Assert.Null(_desk.Revoke(offer.MessageId));
    }

    [Fact]
    public void An_ordered_offer_cannot_be_revoked()
    {
        var offer = Offered();
        Tell(_operator.Order(offer));
        Assert.Null(_desk.Revoke(offer.MessageId));
        var late = UftpExamples.All.OfType<FlexOfferRevocation>().Single() with { FlexOfferMessageId = offer.MessageId, MessageId = UftpExamples.Id() };
        Assert.Equal("Flexibility procured", Assert.IsType<FlexOfferRevocationResponse>(Assert.Single(_operator.Receive(From(UftpExamples.AtOperator, late)))).RejectionReason);
    }

    public static readonly TheoryData<string, string> WrongRequests = new()
    {
        { "nothing requested", "Lacking Requested Disposition" }, { "more at least than at most", "Power discrepancy" }, { "no direction", "Requested Power discrepancy" }, { "yesterday", "Period out of bounds" },
        { "expired", "ExpirationDateTime out of bounds" }, { "valid beyond its day", "ExpirationDateTime out of bounds" }, { "a thousand years on", "Period out of bounds" },
    };

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public void A_wrong_request_is_rejected_and_not_planned(string how, string reason)
    {
        _plan = _ => throw new InvalidOperationException("Nothing is planned for a wrong request.");
        var request = UftpExamples.Request();
        var wrong = how switch
        {
            "nothing requested" => request with { Isps = [request.Isps[1]] },
            "more at least than at most" => request with { Isps = [request.Isps[0] with { MinPower = -10_000 }] },
            "no direction" => request with { Isps = [request.Isps[0] with { MaxPower = 1 }] },
            "yesterday" => request with { Period = new DateOnly(2026, 7, 13) },
            "expired" => request with { ExpiresAt = UftpExamples.Now },
            "a thousand years on" => request with { Period = new DateOnly(9999, 12, 31) },
            _ => request with { ExpiresAt = new DateTimeOffset(2026, 7, 15, 22, 0, 1, TimeSpan.Zero) },
        };
        var response = Assert.IsType<FlexRequestResponse>(Tell(wrong));
        Assert.Equal(UftpResult.Rejected, response.Result);
        Assert.Contains(reason, response.RejectionReason!.Split("; "));
    }

    [Theory]
    [InlineData("2026-10-25", 100, true)]
    [InlineData("2026-10-25", 101, false)]
    [InlineData("2027-03-28", 92, true)]
    [InlineData("2027-03-28", 93, false)]
    public void The_day_has_as_many_periods_as_the_clock_gives_it(string date, int last, bool isRight)
    {
        _plan = _ => null;
        var day = DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture);
        var response = Assert.IsType<FlexRequestResponse>(Tell(UftpExamples.Request() with { Period = day, Isps = [new FlexRequestIsp(FlexDisposition.Requested, -1, 0, last)] }));
        Assert.Equal(isRight ? null : "ISPs out of bounds", response.RejectionReason);
    }

    [Fact]
    public void A_request_is_revised_by_a_higher_number_only()
    {
        var conversation = UftpExamples.Id();
        Assert.Equal(2, TellAll(UftpExamples.Request(2, conversation)).Count);
        Assert.Equal("Subordinate sequence number", Assert.IsType<FlexRequestResponse>(Tell(UftpExamples.Request(2, conversation))).RejectionReason);
        Assert.Equal("Subordinate sequence number", Assert.IsType<FlexRequestResponse>(Tell(UftpExamples.Request(1, conversation))).RejectionReason);
        Assert.Equal(2, TellAll(UftpExamples.Request(3, conversation)).Count);
    }

    [Fact]
    public void An_offer_that_the_operator_rejects_is_over()
    {
        _plan = _ => new FlexPlan([new FlexPlanOption("A", 1, 100, [new IspPower(-1, 1)])], UftpExamples.Now.AddHours(1));
        Deliver(TellAll(_operator.Ask(UftpExamples.Request())).SelectMany(message => _operator.Receive(From(UftpExamples.AtOperator, message))));
        var trade = Assert.Single(_desk.Trades);
        Assert.Equal((FlexTradeState.Rejected, "Request mismatch"), (trade.State, trade.Why));
        Assert.Equal("Unknown MessageID reference (FlexOfferMessageID)", Assert.IsType<FlexOrderResponse>(Tell(UftpExamples.Order(trade.Offer))).RejectionReason);
    }

    [Fact]
    public void A_plan_that_is_no_offer_is_the_planners_mistake()
    {
        _plan = _ => UftpExamples.Plan() with { ExpiresAt = UftpExamples.Now };
        Assert.Throws<ArgumentException>(() => Tell(UftpExamples.Request()));
    }

    [Fact]
    public void Unsolicited_offers_stand_on_a_prognosis()
    {
        Assert.Throws<InvalidOperationException>(() => _desk.OfferUnsolicited(UftpExamples.GridOperator, UftpExamples.CongestionPoint, UftpExamples.Day, UftpExamples.Plan()));
        var prognosis = _desk.Prognose(UftpExamples.GridOperator, UftpExamples.CongestionPoint, UftpExamples.Day, [.. Enumerable.Repeat(200_000L, 96)]);
        Deliver(_operator.Receive(From(UftpExamples.AtOperator, prognosis)));
        var offer = _desk.OfferUnsolicited(UftpExamples.GridOperator, UftpExamples.CongestionPoint, UftpExamples.Day, UftpExamples.Plan());
        Assert.Equal((true, null, prognosis.MessageId), (offer.Unsolicited, offer.FlexRequestMessageId, offer.DPrognosisMessageId));
        Deliver(_operator.Receive(From(UftpExamples.AtOperator, offer)));
        Assert.Equal(FlexTradeState.Acknowledged, State);
    }

    [Fact]
    public void A_prognosis_is_of_the_whole_day_and_counts_its_revisions()
    {
        Assert.Throws<ArgumentException>(() => _desk.Prognose(UftpExamples.GridOperator, UftpExamples.CongestionPoint, UftpExamples.Day, new long[95]));
        var first = Prognose().Revision;
        Assert.Equal(first + 1, Prognose().Revision);
        Assert.Equal(UftpExamples.Now.ToUnixTimeSeconds(), first); // so it rises over a restart as well
        DPrognosis Prognose() => _desk.Prognose(UftpExamples.GridOperator, UftpExamples.CongestionPoint, UftpExamples.Day, new long[96]);
    }

    public static readonly TheoryData<string, string> WrongSettlements = new()
    {
        { "too little delivered, no deficiency", "ISP 77: the deficiency is what was ordered and not delivered, 10000 W." }, { "another price", "Price, currency, period or congestion point is not the order's." },
        { "another currency", "Price, currency, period or congestion point is not the order's." }, { "a net that is not the difference", "Net settlement is price less penalty." }, { "another order", "No such order." },
        { "other periods", "The periods or powers are not the order's." }, { "a penalty for nothing", "A penalty without a deficiency." }, { "another meter", "ISP 77: we measured 152000 W." },
    };

    [Theory]
    [MemberData(nameof(WrongSettlements))]
    public void A_settlement_that_is_not_ours_is_disputed_order_by_order(string how, string reason)
    {
        var order = _operator.Order(Offered());
        Tell(order);
        _time.SetUtcNow(UftpExamples.Now.AddDays(20));
        var (right, item) = (UftpExamples.Settlement(order), UftpExamples.Settlement(order).Orders[0]);
        _measured = (_, isp) => how == "another meter" && isp == 77 ? 152_000 : null; // baseline 200 kW − 50 kW; 1 kW is tolerated
        FlexSettlement With(FlexOrderSettlement changed) => right with { Orders = how == "another order" ? [item, changed] : [changed] };
        var wrong = how switch
        {
            "too little delivered, no deficiency" => With(item with { Isps = [item.Isps[0] with { DeliveredFlexPower = -40_000, ActualPower = 160_000 }, item.Isps[1]] }),
            "another price" => With(item with { Price = 12, NetSettlement = 12 }),
            "another currency" => right with { Currency = "GBP" },
            "a net that is not the difference" => With(item with { NetSettlement = 12 }),
            "another order" => With(item with { OrderReference = "ORD-9" }),
            "other periods" => With(item with { Isps = [item.Isps[0]] }),
            "a penalty for nothing" => With(item with { Penalty = 1, NetSettlement = 11.5m }),
            _ => right,
        };
        var response = Assert.IsType<FlexSettlementResponse>(Tell(wrong));
        Assert.Contains(response.Orders, status => status.Disposition == SettlementDisposition.Disputed && status.DisputeReason == reason);
        Assert.Equal(how == "another order" ? FlexTradeState.Settled : FlexTradeState.Disputed, State);
    }

    [Fact]
    public void A_deficiency_with_its_penalty_is_accepted()
    {
        var order = _operator.Order(Offered());
        Tell(order);
        _time.SetUtcNow(UftpExamples.Now.AddDays(20));
        var response = Assert.IsType<FlexSettlementResponse>(Tell(UftpExamples.Settlement(order, isp => isp.Power < 0 ? -40_000 : isp.Power, penalty: 2.5m)));
        Assert.Equal(SettlementDisposition.Accepted, Assert.Single(response.Orders).Disposition);
    }

    [Fact]
    public void A_settlement_that_is_not_complete_is_sent_back()
    {
        var order = _operator.Order(Offered());
        Tell(order);
        _time.SetUtcNow(UftpExamples.Now.AddDays(20));
        var settlement = UftpExamples.Settlement(order);
        Assert.Equal("Missing Settlement Items", Reason(settlement with { Orders = [settlement.Orders[0] with { OrderReference = "ORD-8" }] }));
        Assert.Equal("Period out of bounds", Reason(settlement with { PeriodStart = UftpExamples.Day.AddDays(-2), PeriodEnd = UftpExamples.Day.AddDays(-1) }));
        Assert.Equal("PeriodEnd rejected", Reason(settlement with { PeriodEnd = UftpExamples.Day.AddDays(30) }));
        Assert.Equal("Duplicate Settlement Items", Reason(settlement with { Orders = [settlement.Orders[0], settlement.Orders[0]] }));
        Assert.Equal(FlexTradeState.Ordered, State);
        string? Reason(FlexSettlement wrong) => Assert.IsType<FlexSettlementResponse>(Tell(wrong with { MessageId = UftpExamples.Id() })).RejectionReason;
    }

    [Fact]
    public void What_the_mailbox_rejects_is_answered_and_answers_are_not()
    {
        var rejected = _desk.Receive(From(UftpExamples.AtAggregator, UftpExamples.Request(), "Barred Sender"));
        Assert.Equal("Barred Sender", Assert.IsType<FlexRequestResponse>(Assert.Single(rejected)).RejectionReason);
        Assert.Empty(_desk.Receive(From(UftpExamples.AtAggregator, new UftpWriter(UftpExamples.AtOperator, _time, UftpExamples.Id).Answer(UftpExamples.Offer(), [])!, "Barred Sender")));
        Assert.Empty(_desk.Receive(new UftpArrival(400)));
    }

    [Fact]
    public void Reservations_of_a_contract_we_have_are_taken()
    {
        Assert.Equal(UftpResult.Accepted, Assert.IsType<FlexReservationUpdateResponse>(Tell(UftpExamples.Reservation())).Result);
        Assert.Equal("Unknown ContractID", Assert.IsType<FlexReservationUpdateResponse>(Tell(UftpExamples.Reservation() with { ContractId = "X" })).RejectionReason);
    }

    [Fact]
    public void An_answer_from_somebody_else_changes_nothing()
    {
        var offer = Offered();
        var stranger = (FlexOfferResponse)new UftpWriter(UftpExamples.AtOperator, _time, UftpExamples.Id).Answer(offer, ["No"])! with { SenderDomain = "other.example.org" };
        _desk.Receive(From(UftpExamples.AtAggregator, stranger));
        Assert.Equal(FlexTradeState.Acknowledged, State);
    }

    [Fact]
    public void What_was_traded_before_a_stop_is_known_after_it()
    {
        var order = _operator.Order(Offered());
        Tell(order);
        var after = Desk(_kept.Select(trade => FlexTradeLine.Read(FlexTradeLine.Write(trade))!).ToList());
        Assert.Equal(_desk.Trades, after.Trades);

        // The order comes again since its answer was lost: accepted as it was, reserved no second time. Another for the same offer is not.
        Assert.Equal(UftpResult.Accepted, Assert.IsType<FlexOrderResponse>(Assert.Single(after.Receive(From(UftpExamples.AtAggregator, order)))).Result);
        Assert.Single(_reserved);
        var other = Assert.IsType<FlexOrderResponse>(Assert.Single(after.Receive(From(UftpExamples.AtAggregator, order with { MessageId = UftpExamples.Id(), OrderReference = "ORD-2" }))));
        Assert.Equal("Flexibility procured", other.RejectionReason);

        // A revision that is no higher is known as well.
        var request = after.Trades[0].Request!;
        Assert.Equal("Subordinate sequence number", Assert.IsType<FlexRequestResponse>(Assert.Single(after.Receive(From(UftpExamples.AtAggregator, request with { MessageId = UftpExamples.Id() })))).RejectionReason);
    }

    [Fact]
    public void A_line_that_is_broken_off_is_no_trade()
    {
        Tell(_operator.Order(Offered()));
        var line = FlexTradeLine.Write(_kept[^1]);
        Assert.Equal(_kept[^1], FlexTradeLine.Read(line));
        for (var length = 0; length < line.Length; length += 50)
        {
            Assert.Null(FlexTradeLine.Read(line[..length]));
        }

        Assert.Null(FlexTradeLine.Read(line.Replace("Ordered", "17", StringComparison.Ordinal)));
        Assert.Null(FlexTradeLine.Read("null"));
    }

    [Theory]
    [InlineData(12_500_000, "12.5")]
    [InlineData(12_500_001, "12.5001")]
    [InlineData(1, "0.0001")]
    [InlineData(0, "0")]
    [InlineData(-150, "-0.0001")]
    public void A_price_is_offered_rounded_up_to_what_the_protocol_can_write(long microEur, string price) =>
        Assert.Equal(decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture), new FlexPlanOption("A", microEur, 100, []).ToOption().Price);

    private AggregatorDesk Desk(IEnumerable<FlexTrade>? kept = null) => new(
        UftpExamples.AtAggregator,
        new AggregatorDecisions
        {
            Plan = request => _plan(request),
            Reserve = (_, order) =>
            {
                _reserved.Add(order);
                return _reserve(order);
            },
            Release = update => update.ContractId == "W-EVENING" ? null : "Unknown ContractID",
            Measured = (order, isp) => _measured(order, isp),
            Keep = _kept.Add,
        },
        _time,
        UftpExamples.Id,
        kept);

    private FlexTradeState State => _desk.Trades[^1].State;

    private FlexOffer Offered()
    {
        var messages = TellAll(_operator.Ask(UftpExamples.Request()));
        var offer = Assert.Single(messages.OfType<FlexOffer>());
        Deliver(messages.SelectMany(message => _operator.Receive(From(UftpExamples.AtOperator, message))));
        return offer;
    }

    private void Deliver(IEnumerable<UftpMessage> messages)
    {
        foreach (var message in messages.ToList())
        {
            _desk.Receive(From(UftpExamples.AtAggregator, message));
        }
    }

    private IReadOnlyList<UftpMessage> TellAll(UftpMessage message) => _desk.Receive(From(UftpExamples.AtAggregator, message));

    private UftpMessage Tell(UftpMessage message) => Assert.Single(TellAll(message));

    private static UftpArrival From(UftpProfile at, UftpMessage message, string? rejection = null) => new(200, message, at.Participants[0], rejection);
}
