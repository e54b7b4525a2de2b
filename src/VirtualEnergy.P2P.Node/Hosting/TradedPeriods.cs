using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What a home has bid in the last two rounds and what it was allotted of periods that are not over, so that its devices go on by it when the node is started anew in the middle of
/// one. Not safe for concurrent use.
/// </summary>
public sealed class TradedPeriods
{
    /// <summary>The round that is open, and the one before, whose result may be under way.</summary>
    private const int MostBids = 2;

    /// <summary>A gate closes a day before delivery at the most; of periods of 5 minutes that are 288.</summary>
    private const int MostResults = 300;

    /// <summary>More than any home takes: 10 MW for an hour, Wh.</summary>
    private const long MostEnergy = 10_000_000;

    private const int FurthestAheadSeconds = 86_400;

    private readonly KeptFile<Kept> _file;
    private readonly MemberId _member;
    private string _market = "";
    private int _seconds;
    private long? _booked;
    private ImmutableArray<BidMessage> _bids = [];
    private ImmutableArray<RoundResult> _results = [];

    private TradedPeriods(KeptFile<Kept> file, MemberId member)
    {
        (_file, _member) = (file, member);
        if (file.Read(IsSound) is { } kept)
        {
            (_market, _seconds, _booked) = (kept.Market, kept.Seconds, kept.Booked);
            (_bids, _results) = ([.. kept.Bids.Select(bid => Bid(bid)!)], [.. kept.Results.Select(result => Result(result)!)]);
        }
    }

    /// <summary>Reads what was kept; nothing where there is no file yet, or another one.</summary>
    /// <param name="member">Whose trades they are.</param>
    public static TradedPeriods Open(string path, MemberId member, ILogger logger) => new(new KeptFile<Kept>(path, "what is known of the running period's trades begins", logger), member);

    /// <summary>The member's last bids in this market, oldest first; those alone that she has signed for it.</summary>
    internal ImmutableArray<BidMessage> Bids(MarketDescription market)
    {
        if (!Is(market))
        {
            return [];
        }

        var signing = new BidSigning(new MarketDomain(market.ChainId, Address.Parse(market.Contract)));
        return [.. _bids.Where(kept => kept.Bid.Member == _member && IsSigned(signing, kept))];
    }

    /// <summary>What the home was allotted of periods that run or are to come, in order: of each result its own trades and charges alone.</summary>
    internal ImmutableArray<RoundResult> Results(MarketDescription market, DateTimeOffset now) => Is(market) ? [.. _results.Where(result => IsToRun(result.Period, market.Rules.Grid, now))] : [];

    /// <summary>Whether what a round moved was booked before this start.</summary>
    /// <remarks>What lies far behind the last that was is of a market that began anew at the same address, as a devnet's does.</remarks>
    internal bool IsBooked(MarketDescription market, Period period) => Is(market) && _booked - period.Index is >= 0 and <= MostResults;

    /// <summary>A bid is about to be sent; durable when this returns, where the file can be written.</summary>
    internal void Keep(MarketDescription market, BidMessage bid)
    {
        Begin(market);
        _bids = [.. _bids.Where(kept => kept.Bid.Period != bid.Bid.Period).TakeLast(MostBids - 1), bid];
        Write();
    }

    /// <summary>A round has allotted this; durable when this returns, where the file can be written.</summary>
    /// <param name="obeyed">Whether the home goes by it; else it is kept as a round without trades of its own.</param>
    internal void Keep(MarketDescription market, RoundResult result, bool obeyed, DateTimeOffset now)
    {
        Begin(market);
        var own = OwnTrades.Of(result, _member) is var mine && obeyed ? mine : mine with { Trades = [] };
        _results = [.. _results.Where(kept => kept.Period < own.Period && IsToRun(kept.Period, market.Rules.Grid, now)).TakeLast(MostResults - 1), own];
        Write();
    }

    /// <summary>What a round moved is booked.</summary>
    internal void Booked(MarketDescription market, Period period)
    {
        Begin(market);
        _booked = period.Index;
        Write();
    }

    private static bool IsToRun(Period period, PeriodGrid grid, DateTimeOffset now) =>
        period.Index - grid.At(now).Index is >= 0 and var ahead && ahead <= FurthestAheadSeconds / grid.LengthSeconds + 1;

    private static bool IsSigned(BidSigning signing, BidMessage kept)
    {
        try
        {
            return signing.IsSignedByMember(new SignedBid(kept.Bid, signing.Hash(kept.Bid), kept.Signature));
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private bool Is(MarketDescription market) => _market == NameOf(market) && _seconds == market.Rules.Grid.LengthSeconds;

    private void Begin(MarketDescription market)
    {
        if (!Is(market))
        {
            (_market, _seconds, _booked, _bids, _results) = (NameOf(market), market.Rules.Grid.LengthSeconds, null, [], []);
        }
    }

    private void Write() => _file.Write(new Kept(
        _market, _seconds, _booked, [.. _bids.Select(bid => Json(WireFormat.Write(bid)))], [.. _results.Select(result => Json(WireFormat.Write(result)))]));

    private string NameOf(MarketDescription market) => $"{market.ChainId}/{market.Contract.ToLowerInvariant()}/{_member}";

    private static JsonElement Json(byte[] message) => JsonElement.Parse(message);

    // What is kept is a message of the market, and read by the same rules.
    private static BidMessage? Bid(JsonElement kept) => WireFormat.TryReadBid(Utf8(kept), null, out var bid, out _) ? bid : null;

    private static RoundResult? Result(JsonElement kept) => WireFormat.TryReadResult(Utf8(kept), out var result, out _) ? result : null;

    private static byte[] Utf8(JsonElement kept) => Encoding.UTF8.GetBytes(kept.GetRawText());

    private static bool IsSound(Kept kept)
    {
        if (kept is not { Market: { Length: > 0 and < 192 }, Seconds: 300 or 900 or 1_800 or 3_600, Booked: null or >= 0, Bids: { Length: <= MostBids }, Results: { Length: <= MostResults } }
            || kept.Bids.Any(bid => Bid(bid) is null))
        {
            return false;
        }

        var last = -1L;
        foreach (var element in kept.Results)
        {
            if (Result(element) is not { } result || result.Period.Index <= last || result.Trades.Sum(trade => (decimal)trade.Energy.WattHours) > MostEnergy)
            {
                return false;
            }

            last = result.Period.Index;
        }

        return true;
    }

    /// <param name="Market">Chain, contract and member.</param>
    /// <param name="Seconds">Length of a period, s.</param>
    /// <param name="Booked">The last period that was booked; null before the first.</param>
    /// <param name="Bids">Messages, oldest first.</param>
    /// <param name="Results">Messages, in order of their periods.</param>
    private sealed record Kept(string Market, int Seconds, long? Booked, JsonElement[] Bids, JsonElement[] Results);
}
