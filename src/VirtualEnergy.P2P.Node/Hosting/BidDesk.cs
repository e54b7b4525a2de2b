using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>A home's bid for the open round: what its agent says within what the member allows, her balance and her mandate leave, signed, and sent until its receipt comes.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="member">Who bids.</param>
/// <param name="topic">Where her bids go.</param>
/// <param name="key">Signs them.</param>
/// <param name="pending">Holds the one that waits for its receipt.</param>
/// <param name="logger">Told what a member would want to know.</param>
internal sealed class BidDesk(MemberId member, string topic, EthereumKey key, PendingBid pending, ILogger logger) : IAsyncDisposable
{
    /// <summary>After a restart the numbers of the open round may be used up; this many are tried before giving up.</summary>
    private const int MostAttempts = 16;

    private readonly OwnFunds _funds = new(member, logger);
    private Bid? _before;
    private ImmutableArray<BidMessage> _recalled = [];

    /// <summary>What the home adds for energy of an origin it prefers.</summary>
    public Preferences Preferences { get; set; }

    /// <summary>What the member allows.</summary>
    public MemberControls Controls { get; set; } = new();

    /// <summary>Told of each bid before it is sent.</summary>
    public Action<JoinedMarket, BidMessage> Keep { get; set; } = (_, _) => { };

    /// <summary>Has the agent look at what the house says before it bids.</summary>
    public Action<JoinedMarket, Period> Observe { get; set; } = (_, _) => { };

    /// <summary>The open round; null before one was announced.</summary>
    public Period? Open { get; set; }

    /// <summary>The last bid; null before the first.</summary>
    public Bid? Last { get; private set; }

    /// <summary>
    /// The last bid for a period: the open one, or the one before, whose result may come after the next gate has opened, as when a broker is back and sends what it keeps in any order; or
    /// one from before this start; else null.
    /// </summary>
    public Bid? Of(Period period) => Last?.Period == period ? Last : _before?.Period == period ? _before : _recalled.FirstOrDefault(bid => bid.Bid.Period == period)?.Bid;

    /// <summary>Whether the exchange has answered the last bid, or need not any more. Any thread may ask.</summary>
    public bool IsAnswered => !pending.IsWaiting;

    /// <summary>Whether the open round still wants this home's first bid: not where a price is broadcast instead, or the period was run or bid for.</summary>
    public bool IsDue(JoinedMarket market) =>
        market.Description.Rules.RealTimePrice is null && Open is { } period && !(market.LastDelivered >= period) && !(Last?.Period >= period);

    /// <summary>What the agent bids, within what the member allows and what her balance and mandate leave.</summary>
    public Bid Within(JoinedMarket market, Period period, long number)
    {
        var rules = market.Description.Rules;
        Observe(market, period);
        var (buy, sell) = market.Agent.BidFor(period);
        var bid = new Bid(member, period, number, buy, sell) { Preferences = Preferences.For(buy, sell) };
        return _funds.Trim(Controls.Limits.ApplyTo(bid, Controls.SpentOn(DailySpending.DayOf(rules.Grid, period)), rules), rules.Grid);
    }

    public Task SendAsync(JoinedMarket market, Bid bid, CancellationToken cancellation)
    {
        _before = Last is { } last && last.Period != bid.Period ? last : _before;
        Last = bid;
        var message = new BidMessage(bid, market.Bids.Sign(bid, key).Signature);
        Keep(market, message);
        return pending.SendAsync(topic, WireFormat.Write(message), cancellation);
    }

    /// <summary>What was bid before this start.</summary>
    public void Recall(ImmutableArray<BidMessage> bids) => _recalled = bids;

    /// <summary>What was bid for the open round before this start stands: it is sent once more as it was, since its receipt may have been lost.</summary>
    public Task SendStandingAsync(CancellationToken cancellation)
    {
        if (Last is not null || _recalled.FirstOrDefault(bid => bid.Bid.Period == Open) is not { } standing)
        {
            return Task.CompletedTask;
        }

        Last = standing.Bid;
        return pending.SendAsync(topic, WireFormat.Write(standing), cancellation);
    }

    /// <summary>What is allowed or promised has changed: the open round's bid is replaced where it changes with that.</summary>
    public Task ReplaceAsync(JoinedMarket market, CancellationToken cancellation) =>
        Last is { } bid && bid.Period == Open && bid.Number < MostAttempts && Within(market, bid.Period, bid.Number) is var changed && changed != bid
            ? SendAsync(market, changed with { Number = bid.Number + 1 }, cancellation) : Task.CompletedTask;

    /// <summary>The exchange answers the bid.</summary>
    /// <returns>The receipt, where it is of the last bid and not forged; else null.</returns>
    public async Task<BidReceipt?> TakeReceiptAsync(MqttMessage message, JoinedMarket market, CancellationToken cancellation)
    {
        if (!WireFormat.TryReadReceipt(message.Payload.Span, out var receipt, out _) || Last is not { } bid || receipt.Period != bid.Period || receipt.Number != bid.Number)
        {
            return null;
        }

        if (receipt.Accepted && !market.IsSignedByExchange(receipt))
        {
            logger.LogError("The receipt for period {Period} is not signed by the exchange {Exchange}.", receipt.Period, market.Description.Exchange);
            return null;
        }

        pending.Received();
        if (receipt.Reason == RejectionReason.StaleNumber.Code() && bid.Number < MostAttempts)
        {
            await SendAsync(market, bid with { Number = bid.Number + 1 }, cancellation).ConfigureAwait(false);
        }
        else if (!receipt.Accepted)
        {
            if (receipt.Reason == RejectionReason.InsufficientFunds.Code() || receipt.Reason == RejectionReason.OverMandate.Code())
            {
                _funds.Refused();
            }

            logger.LogWarning("The bid for period {Period} was refused: {Reason}. {Detail}", receipt.Period, receipt.Reason, receipt.Detail);
        }

        return receipt;
    }

    /// <summary>The exchange tells the member's balance; a bid that was refused for want of money is made good when it is known how much there is.</summary>
    public async Task TakeFundsAsync(MqttMessage message, JoinedMarket? joined, CancellationToken cancellation)
    {
        if (_funds.Take(message.Payload.Span) && joined is { } market && Last is { } bid && bid.Period == Open && bid.Number < MostAttempts
            && _funds.Trim(bid, market.Description.Rules.Grid) is var trimmed && trimmed != bid)
        {
            await SendAsync(market, trimmed with { Number = bid.Number + 1 }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A round is over: it is too late for the receipt of a bid for it to matter.</summary>
    public void Over(Period period)
    {
        if (Last?.Period <= period)
        {
            pending.Received();
        }
    }

    public ValueTask DisposeAsync() => pending.DisposeAsync();
}
