using VirtualEnergy.P2P.BspGateway.Esmp;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What the desk asks of the rest of the aggregator.</summary>
public sealed record AggregatorDecisions
{
    /// <summary>What to offer for a request, or null for nothing.</summary>
    public required Func<FlexRequest, FlexPlan?> Plan { get; init; }

    /// <summary>Reserves what is ordered; null when that is done, else why it cannot be. Asked again with the same order after a crash.</summary>
    public required Func<FlexTrade, FlexOrder, string?> Reserve { get; init; }

    /// <summary>Takes note of what of a contract stays reserved; null when it is taken, else why not.</summary>
    public Func<FlexReservationUpdate, string?> Release { get; init; } = _ => "Unknown ContractID";

    /// <summary>What was measured in a period (1 is the first of the day) of an order, W, + consumption; null where nothing was.</summary>
    public Func<FlexOrder, int, long?>? Measured { get; init; }

    /// <summary>The settlement of an order is agreed; called before the trade is kept, and again where its sender did not hear of it: the same again has no effect.</summary>
    public Action<FlexOrder, FlexOrderSettlement> Agreed { get; init; } = (_, _) => { };

    /// <summary>Makes a trade known beyond the next stop; called with each change, before its message is returned.</summary>
    public Action<FlexTrade> Keep { get; init; } = _ => { };

    /// <summary>How far the operator's meter may differ from ours, W.</summary>
    public long ToleranceWatts { get; init; } = 1_000;
}

/// <summary>
/// An aggregator's side of trading with grid operators: requests are checked and answered, offers made and taken back, orders held
/// against offers, settlements against orders. It takes messages and returns those that are to be sent; one at a time.
/// </summary>
public sealed class AggregatorDesk
{
    private const int MostOpen = 50_000;

    private readonly UftpProfile _profile;
    private readonly AggregatorDecisions _decisions;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newId;
    private readonly UftpWriter _writer;
    private readonly Dictionary<Guid, FlexTrade> _trades;
    private readonly Dictionary<Guid, Guid> _revocations = [];
    private readonly OpenRequests _requests = new();
    private readonly Dictionary<(string CongestionPoint, DateOnly Period), DPrognosis> _prognoses = [];
    private readonly Lock _gate = new();

    /// <param name="profile">Who we are and with whom we trade.</param>
    /// <param name="decisions">What is asked of the rest of the aggregator.</param>
    /// <param name="time">The clock.</param>
    /// <param name="newId">New identifiers.</param>
    /// <param name="kept">The trades that were kept before the last stop; of one offer the last counts.</param>
    /// <param name="exchanged">Requests that came, and prognoses and revocations that were sent, before the last stop, oldest first.</param>
    public AggregatorDesk(UftpProfile profile, AggregatorDecisions decisions, TimeProvider time, Func<Guid> newId, IEnumerable<FlexTrade>? kept = null, IEnumerable<UftpMessage>? exchanged = null)
    {
        (_profile, _decisions, _time, _newId) = (profile, decisions, time, newId);
        _writer = new UftpWriter(profile, time, newId);
        _trades = (kept ?? []).GroupBy(trade => trade.Offer.MessageId).ToDictionary(trade => trade.Key, trade => trade.Last());
        foreach (var request in _trades.Values.Select(trade => trade.Request).OfType<FlexRequest>())
        {
            _requests.Take(request);
        }

        foreach (var message in exchanged ?? [])
        {
            Recall(message);
        }
    }

    /// <summary>All trades, in no order; what was not ordered in time is shown as expired.</summary>
    public IReadOnlyList<FlexTrade> Trades
    {
        get
        {
            lock (_gate)
            {
                return [.. _trades.Values.Select(Aged)];
            }
        }
    }

    /// <summary>Takes a message in; returns what is to be sent for it.</summary>
    public IReadOnlyList<UftpMessage> Receive(UftpArrival arrival)
    {
        if (arrival is not { Message: { } message, Sender: { } sender })
        {
            return [];
        }

        lock (_gate)
        {
            if (arrival.Rejection is { } rejection)
            {
                return Answer(message with { SenderDomain = sender.Domain }, [rejection]);
            }

            var reasons = UftpRules.Check(message, _profile, _time.GetUtcNow());
            if (reasons.Count > 0)
            {
                return Answer(message, reasons);
            }

            return message switch
            {
                FlexRequest request => Request(request),
                FlexOrder order => Answer(order, Order(order)),
                FlexSettlement settlement => Settle(settlement),
                FlexReservationUpdate update => Answer(update, _decisions.Release(update) is { } reason ? [reason] : []),
                FlexOfferResponse response => Note(response.FlexOfferMessageId, response, FlexTradeState.Offered, FlexTradeState.Acknowledged, FlexTradeState.Rejected),
                FlexOfferRevocationResponse response => _revocations.Remove(response.FlexOfferRevocationMessageId, out var offer)
                    ? Note(offer, response, FlexTradeState.Revoking, FlexTradeState.Revoked, FlexTradeState.Acknowledged)
                    : [],
                TestMessage => Answer(message, []),
                _ => [],
            };
        }
    }

    /// <summary>Offers without having been asked, on the baseline of our latest prognosis for that day.</summary>
    /// <exception cref="InvalidOperationException">There is no prognosis: an operator knows an unsolicited offer by it.</exception>
    public FlexOffer OfferUnsolicited(string operatorDomain, string congestionPoint, DateOnly period, FlexPlan plan)
    {
        lock (_gate)
        {
            return _prognoses.ContainsKey((congestionPoint, period))
                ? Keep(MakeOffer(operatorDomain, _newId(), congestionPoint, period, null, plan), null)
                : throw new InvalidOperationException($"There is no prognosis for {congestionPoint} on {period:yyyy-MM-dd}: send one first.");
        }
    }

    /// <summary>Takes an offer back; null when it cannot be: unknown, not yet answered, ordered, or over.</summary>
    public FlexOfferRevocation? Revoke(Guid offerId)
    {
        lock (_gate)
        {
            if (!_trades.TryGetValue(offerId, out var trade) || Aged(trade).State != FlexTradeState.Acknowledged)
            {
                return null;
            }

            var (version, self, now, id) = _writer.Head;
            Put(trade with { State = FlexTradeState.Revoking });
            _revocations[id] = offerId;
            return new FlexOfferRevocation { Version = version, SenderDomain = self, RecipientDomain = trade.Offer.RecipientDomain, TimeStamp = now, MessageId = id, ConversationId = trade.Offer.ConversationId, FlexOfferMessageId = offerId };
        }
    }

    /// <summary>Forecasts a whole day at a congestion point, or forecasts it anew: the baseline of offers from now on.</summary>
    /// <param name="operatorDomain">Who is told.</param>
    /// <param name="congestionPoint">Where.</param>
    /// <param name="period">Which day.</param>
    /// <param name="watts">W for every period of the day, + consumption.</param>
    public DPrognosis Prognose(string operatorDomain, string congestionPoint, DateOnly period, IReadOnlyList<long> watts)
    {
        if (watts.Count != new MarketDay(period).Periods(_profile.IspDuration))
        {
            throw new ArgumentException($"{period:yyyy-MM-dd} has {new MarketDay(period).Periods(_profile.IspDuration)} periods, not {watts.Count}.", nameof(watts));
        }

        lock (_gate)
        {
            var (version, self, now, id) = _writer.Head;
            return _prognoses[(congestionPoint, period)] = new DPrognosis
            {
                Version = version, SenderDomain = self, RecipientDomain = operatorDomain, TimeStamp = now, MessageId = id, ConversationId = _newId(),
                IspDuration = _profile.IspDuration, TimeZone = _profile.TimeZone, Period = period, CongestionPoint = congestionPoint,
                Revision = Math.Max(now.ToUnixTimeSeconds(), _prognoses.TryGetValue((congestionPoint, period), out var before) ? before.Revision + 1 : 0), // rises over restarts too
                Isps = ValueList.From(watts.Select((power, at) => new IspPower(power, at + 1))),
            };
        }
    }

    private IReadOnlyList<UftpMessage> Request(FlexRequest request)
    {
        if (!_requests.IsNew(request))
        {
            return Answer(request, [UftpReasons.Subordinate]);
        }

        if (_requests.Count + _trades.Count >= MostOpen)
        {
            Forget();
            if (_requests.Count + _trades.Count >= MostOpen)
            {
                return Answer(request, ["Too many requests are open"]);
            }
        }

        _requests.Take(request);
        return [.. Answer(request, []), .. Offer(request)];
    }

    /// <summary>Requests that nothing could be offered for are looked at again, until they expire; returns the offers.</summary>
    public IReadOnlyList<UftpMessage> Reconsider()
    {
        lock (_gate)
        {
            return [.. _requests.WaitingAt(_time.GetUtcNow()).SelectMany(Offer)];
        }
    }

    /// <summary>What our meter read at a congestion point, to be sent.</summary>
    /// <param name="operatorDomain">Who is told.</param>
    /// <param name="meter">The meter's EAN.</param>
    /// <param name="period">The day.</param>
    /// <param name="watts">Mean W of each period (1 is the first of the day), + consumption.</param>
    public Metering Meter(string operatorDomain, string meter, DateOnly period, IEnumerable<(int Isp, long Watts)> watts)
    {
        lock (_gate)
        {
            var (version, self, now, id) = _writer.Head;
            return new Metering
            {
                Version = version, SenderDomain = self, RecipientDomain = operatorDomain, TimeStamp = now, MessageId = id, ConversationId = _newId(), Revision = 1, IspDuration = _profile.IspDuration,
                TimeZone = _profile.TimeZone, Period = period, Meter = meter,
                Profiles = [new MeteringProfile { Type = MeteringProfileType.Power, Unit = MeteringUnit.kW, Isps = ValueList.From(watts.Select(one => new MeteredIsp(one.Isp, one.Watts / 1_000m))) }],
            };
        }
    }

    private IReadOnlyList<UftpMessage> Offer(FlexRequest request)
    {
        if (_decisions.Plan(request) is { } plan)
        {
            _requests.Answered(request);
            return [Keep(MakeOffer(request.SenderDomain, request.ConversationId, request.CongestionPoint, request.Period, request, plan), request)];
        }

        _requests.Wait(request);
        return [];
    }

    private void Recall(UftpMessage message)
    {
        switch (message)
        {
            case FlexRequest request:
                _requests.Take(request);
                if (!_trades.Values.Any(trade => trade.Request?.MessageId == request.MessageId))
                {
                    _requests.Wait(request);
                }

                break;
            case DPrognosis prognosis:
                _prognoses[(prognosis.CongestionPoint, prognosis.Period)] = prognosis;
                break;
            case FlexOfferRevocation revocation:
                _revocations[revocation.MessageId] = revocation.FlexOfferMessageId;
                break;
            default:
                break;
        }
    }

    private List<string> Order(FlexOrder order)
    {
        if (order.FlexOfferMessageId is not { } id)
        {
            return ["Unsolicited FlexOrder not agreed"];
        }

        if (!_trades.TryGetValue(id, out var known) || known.Offer.RecipientDomain != order.SenderDomain)
        {
            return [UftpReasons.Unknown("FlexOfferMessageID")];
        }

        if (known.Order == order)
        {
            return []; // it was taken before a stop, and its answer was lost
        }

        var trade = Aged(known);
        List<string> reasons = trade.State switch
        {
            FlexTradeState.Offered or FlexTradeState.Acknowledged => [.. OrderCheck.Reasons(order, trade.Offer)],
            FlexTradeState.Revoking or FlexTradeState.Revoked => [UftpReasons.Revoked],
            FlexTradeState.Expired => [UftpReasons.Expired],
            FlexTradeState.Rejected => [UftpReasons.Unknown("FlexOfferMessageID")],
            _ => [UftpReasons.Procured],
        };
        if (reasons.Count == 0 && _trades.Values.Any(other => other.Order is { } before && before.OrderReference == order.OrderReference && other.Offer.RecipientDomain == order.SenderDomain))
        {
            reasons.Add("Duplicate OrderReference");
        }

        if (reasons.Count == 0 && new MarketDay(order.Period).Start + ((order.Isps.Min(isp => isp.Start) - 1) * _profile.IspDuration) <= _time.GetUtcNow())
        {
            reasons.Add("ISPs have begun");
        }

        if (reasons.Count == 0 && _decisions.Reserve(trade, order) is { } reason)
        {
            reasons.Add(reason);
        }

        if (reasons.Count == 0)
        {
            Put(trade with { State = FlexTradeState.Ordered, Order = order });
        }

        return reasons;
    }

    private IReadOnlyList<UftpMessage> Settle(FlexSettlement settlement)
    {
        var mine = _trades.Where(trade => trade.Value.Order is not null && trade.Value.Offer.RecipientDomain == settlement.SenderDomain).ToDictionary(trade => trade.Value.Order!.OrderReference);
        var open = mine.Values.Where(trade => trade.Value.State == FlexTradeState.Ordered).Select(trade => trade.Value.Order!);
        var reasons = SettlementCheck.Whole(settlement, open, MarketDay.At(_time.GetUtcNow()).Date).ToList();
        if (reasons.Count > 0)
        {
            return Answer(settlement, reasons);
        }

        var statuses = new List<FlexOrderSettlementStatus>();
        foreach (var item in settlement.Orders)
        {
            var trade = mine.TryGetValue(item.OrderReference ?? "", out var found) ? found.Value : null;
            var dispute = SettlementCheck.Dispute(item, trade?.Order, trade?.Order?.Currency == settlement.Currency, _decisions.Measured, _decisions.ToleranceWatts);
            statuses.Add(new FlexOrderSettlementStatus(item.OrderReference, dispute is null ? SettlementDisposition.Accepted : SettlementDisposition.Disputed, dispute));
            if (trade is not null)
            {
                if (dispute is null)
                {
                    _decisions.Agreed(trade.Order!, item);
                }

                Put(trade with { State = dispute is null ? FlexTradeState.Settled : FlexTradeState.Disputed, Why = dispute });
            }
        }

        return [_writer.Answer(settlement, [], ValueList.From(statuses))!];
    }

    private FlexOffer MakeOffer(string operatorDomain, Guid conversation, string congestionPoint, DateOnly period, FlexRequest? request, FlexPlan plan)
    {
        var (version, self, now, id) = _writer.Head;
        var prognosis = plan.BaselineReference is null ? _prognoses.GetValueOrDefault((congestionPoint, period)) : null;
        var offer = new FlexOffer
        {
            Version = version, SenderDomain = self, RecipientDomain = operatorDomain, TimeStamp = now, MessageId = id, ConversationId = conversation,
            IspDuration = _profile.IspDuration, TimeZone = _profile.TimeZone, Period = period, CongestionPoint = congestionPoint,
            ExpiresAt = plan.ExpiresAt, Unsolicited = request is null, FlexRequestMessageId = request?.MessageId, ContractId = request?.ContractId,
            DPrognosisMessageId = prognosis?.MessageId, BaselineReference = plan.BaselineReference, Currency = _profile.Currency,
            Options = ValueList.From(plan.Options.Select(option => option.ToOption())),
        };
        var wrong = UftpRules.Check(offer, _profile, now);
        return wrong.Count == 0 ? offer : throw new ArgumentException($"The plan is no offer: {string.Join("; ", wrong)}.", nameof(plan));
    }

    private FlexOffer Keep(FlexOffer offer, FlexRequest? request)
    {
        Put(new FlexTrade(offer, request, FlexTradeState.Offered));
        return offer;
    }

    // Answers that come late, twice, or from somebody else change nothing.
    private IReadOnlyList<UftpMessage> Note(Guid offerId, UftpResponse response, FlexTradeState from, FlexTradeState accepted, FlexTradeState rejected)
    {
        if (_trades.TryGetValue(offerId, out var trade) && trade.State == from && trade.Offer.RecipientDomain == response.SenderDomain)
        {
            var isAccepted = response.Result == UftpResult.Accepted || response.RejectionReason == UftpReasons.AlreadySubmitted;
            Put(trade with { State = isAccepted ? accepted : rejected, Why = isAccepted ? null : response.RejectionReason });
        }

        return [];
    }

    private void Put(FlexTrade trade)
    {
        _decisions.Keep(trade);
        _trades[trade.Offer.MessageId] = trade;
    }

    private FlexTrade Aged(FlexTrade trade) => trade.State is FlexTradeState.Offered or FlexTradeState.Acknowledged && trade.Offer.ExpiresAt <= _time.GetUtcNow() ? trade with { State = FlexTradeState.Expired } : trade;

    // What can no longer be ordered or settled is let go of after two months.
    private void Forget()
    {
        var oldest = MarketDay.At(_time.GetUtcNow()).Date.AddDays(-62);
        _requests.Forget(oldest);
        foreach (var old in _trades.Where(trade => trade.Value.Offer.Period < oldest && Aged(trade.Value).State != FlexTradeState.Ordered).Select(trade => trade.Key).ToList())
        {
            _trades.Remove(old);
        }
    }

    private IReadOnlyList<UftpMessage> Answer(UftpMessage message, IReadOnlyList<string> reasons) => _writer.Answer(message, reasons) is { } answer ? [answer] : [];
}
