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

    /// <summary>What the home adds for energy of an origin it prefers.</summary>
    public Preferences Preferences { get; set; }

    /// <summary>What the member allows.</summary>
    public MemberControls Controls { get; set; } = new();

    /// <summary>Has the agent look at what the house says before it bids.</summary>
    public Action<JoinedMarket, Period> Observe { get; set; } = (_, _) => { };

    /// <summary>The open round; null before one was announced.</summary>
    public Period? Open { get; set; }

    /// <summary>The last bid; null before the first.</summary>
    public Bid? Last { get; private set; }

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
        Last = bid;
        var signed = market.Bids.Sign(bid, key);
        return pending.SendAsync(topic, WireFormat.Write(new BidMessage(bid, signed.Signature)), cancellation);
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
