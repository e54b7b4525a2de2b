using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>
/// Watches how long each member's money lasts, and tells her node before bids are refused: by a retained notice, which also carries
/// what her mandate leaves, so that the node trims its bids to it.
/// </summary>
/// <remarks>
/// Nothing is told to who has plenty and no mandate, and nothing twice. Any thread may call. In memory: a trail for each member, as long
/// as the window; after a restart it is as long as the journal's last rounds make it.
/// </remarks>
public sealed class FundsWatch(
    ExchangeOptions options, FundsLedger ledger, MandateBook mandates, MemberDirectory members, MarketPublisher publisher, Topics topics, ILogger<FundsWatch> logger)
{
    /// <summary>Who could not pay for so many bids such as her largest is told how she stands at every round, so that her node can trim.</summary>
    private const int Plenty = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<MemberId, FundsTrail> _trails = [];
    private readonly Dictionary<MemberId, FundsNotice> _told = [];
    private Period _next;

    /// <summary>How a member stands, for the period that is to be bid for next.</summary>
    /// <param name="available">What she can bid with, where it is known better than the ledger has it.</param>
    public FundsNotice NoticeOf(MemberId member, Money available)
    {
        lock (_lock)
        {
            return Notice(member) with { Outlook = TrailOf(member).With(available) };
        }
    }

    /// <summary>A round of before this start: counted, and not told.</summary>
    public void Replay(JournalledRound round, IEnumerable<SignedBid> bids)
    {
        mandates.Clear(round.Period, round.Trades, round.Charges);
        lock (_lock)
        {
            Count(round, bids);
        }
    }

    /// <summary>A round was cleared: ledger, mandates and trails have it at once, so that no notice mixes two rounds. Not told yet.</summary>
    public void Clear(JournalledRound round, IEnumerable<SignedBid> bids)
    {
        lock (_lock)
        {
            ledger.Clear(round.Period, round.Deltas());
            Replay(round, bids);
        }
    }

    /// <summary>A round was cleared, balances may have changed, or the exchange has started: whoever it concerns is told.</summary>
    public void TellAll()
    {
        lock (_lock)
        {
            Tell(members.All.Select(member => member.Id));
        }
    }

    /// <summary>A member's mandate has changed, or a bid of hers was refused for want of money.</summary>
    public void Tell(MemberId member)
    {
        lock (_lock)
        {
            Tell([member]);
        }
    }

    private void Count(JournalledRound round, IEnumerable<SignedBid> bids)
    {
        _next = round.Period.Next;
        foreach (var signed in bids)
        {
            TrailOf(signed.Bid.Member).Bid(round.Period, signed.Bid.WorstCasePayment);
        }

        foreach (var (member, delta) in round.Deltas())
        {
            TrailOf(member).Clear(round.Period, delta);
        }
    }

    private void Tell(IEnumerable<MemberId> concerned)
    {
        var messages = new List<(string Topic, byte[] Payload)>();
        foreach (var member in concerned)
        {
            var notice = Notice(member);
            var before = _told.GetValueOrDefault(member);
            if (notice == before || (before is null && !Matters(notice)))
            {
                continue;
            }

            Warn(notice, before?.Outlook.Level ?? FundsLevel.Fine);
            messages.Add((topics.Funds(member), WireFormat.Write(notice)));
            if (Matters(notice))
            {
                _told[member] = notice;
            }
            else
            {
                _told.Remove(member); // told once that all is well again
            }
        }

        if (messages.Count > 0)
        {
            publisher.SendRetained(messages);
        }
    }

    private void Warn(FundsNotice notice, FundsLevel before)
    {
        if (notice.Outlook.Level > before)
        {
            logger.LogWarning(
                "The money of {Member} is {Level}: {Available} last {Periods} periods, and the largest bid of late was {Largest}.",
                notice.Member, WireFormat.Code(notice.Outlook.Level), notice.Outlook.Available, notice.Outlook.LastsPeriods, notice.Outlook.LargestBid);
        }
    }

    private FundsNotice Notice(MemberId member) => new(
        member, _next, TrailOf(member).With(ledger.Available(member)), mandates.Of(member)?.Mandate, mandates.Spent(member, _next));

    private FundsTrail TrailOf(MemberId member) =>
        _trails.TryGetValue(member, out var trail) ? trail : _trails[member] = new FundsTrail(options.FundsWarning);

    private static bool Matters(FundsNotice notice) =>
        notice.Mandate is not null || notice.Outlook.Level != FundsLevel.Fine
        || (Int128)notice.Outlook.LargestBid.MicroEur * Plenty > notice.Outlook.Available.MicroEur;
}
