using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What a node knows of its member's money, by the exchange's notices: what its bids are cut down to, and when to warn. A notice is advice:
/// without one, or with one that is wrong, bids go out as they are and admission judges.
/// </summary>
public sealed class OwnFunds(MemberId member, ILogger logger)
{
    private FundsNotice? _last;
    private bool _isRefused;

    /// <summary>The last notice; null before the first.</summary>
    public FundsNotice? Last => _last;

    /// <summary>Takes the bytes of a notice. One that cannot be read, or is about somebody else, is left aside.</summary>
    /// <returns>Whether a bid was refused for want of money since the last notice: it can be tried again within this one.</returns>
    public bool Take(ReadOnlySpan<byte> payload)
    {
        if (!WireFormat.TryReadFundsNotice(payload, out var notice, out var error))
        {
            logger.LogWarning("A notice about the member's money cannot be used: {Error}", error);
            return false;
        }

        if (notice.Member != member)
        {
            return false;
        }

        Warn(notice, _last?.Outlook.Level ?? FundsLevel.Fine);
        var again = _isRefused;
        (_last, _isRefused) = (notice, false);
        return again;
    }

    /// <summary>The exchange refused a bid for want of money; its notice follows.</summary>
    public void Refused() => _isRefused = true;

    /// <summary>The bid cut down to what balance and mandate leave, as far as this node knows.</summary>
    /// <param name="grid">Says which day a period belongs to: a mandate is whole again on the next.</param>
    public Bid Trim(Bid bid, PeriodGrid grid)
    {
        if (_last is not { } notice)
        {
            return bid;
        }

        var limit = notice.Outlook.Available;
        if (notice.Mandate?.Most is { } most)
        {
            var left = DailySpending.DayOf(grid, notice.Period) == DailySpending.DayOf(grid, bid.Period) ? most - notice.SpentOnDay : most;
            limit = left < limit ? left : limit;
        }

        var trimmed = BidTrimming.Within(bid, limit);
        if (trimmed != bid)
        {
            logger.LogInformation("The bid for period {Period} is cut from {Whole} to {Limit}, which balance and mandate leave.", bid.Period, bid.WorstCasePayment, trimmed.WorstCasePayment);
        }

        return trimmed;
    }

    private void Warn(FundsNotice notice, FundsLevel before)
    {
        var outlook = notice.Outlook;
        if (outlook.Level > before)
        {
            logger.LogWarning(
                "The balance is {Level}: {Available} EUR{Lasts}. Pay in with ve funds deposit, or bids will be refused.", WireFormat.Code(outlook.Level),
                Euros.Format(outlook.Available), outlook.LastsPeriods is { } periods ? $" last {periods} periods at the recent rate" : "");
        }
        else if (outlook.Level == FundsLevel.Fine && before != FundsLevel.Fine)
        {
            logger.LogInformation("The balance is enough again: {Available} EUR.", Euros.Format(outlook.Available));
        }
    }
}
