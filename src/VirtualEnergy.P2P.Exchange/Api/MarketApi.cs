using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Delivery;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Funds;

namespace VirtualEnergy.P2P.Exchange.Api;

/// <summary>The HTTP API about the market: reading only, each answer bounded. Energies in Wh, prices in µEUR/kWh, money in µEUR.</summary>
internal static class MarketApi
{
    public const int MaxLimit = 500;

    public static void MapMarketApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api").WithTags("Market");
        api.MapGet("/market", Market).WithSummary("The market's rules and the domain of its signatures, as the broker has them: recomputing a round takes these too.")
            .Produces<string>(StatusCodes.Status200OK, "application/json");
        api.MapGet("/snapshot", (MarketViews views) => views.Snapshot()).WithSummary("Everything that the viewer shows, at once.");
        api.MapGet("/rounds", Rounds).WithSummary("Cleared rounds, oldest first; the last ones unless 'from' names a period.");
        api.MapGet("/rounds/{period:long}", Round).WithSummary("One round with its bids, trades, deltas, roots and settlement: all that recomputing it takes.");
        api.MapGet("/members", (MarketViews views) => views.Members()).WithSummary("All members with balance and energy.");
        api.MapGet("/members/{id}", Member).WithSummary("One member.");
        api.MapGet("/members/{id}/statement", StatementAsync).WithSummary("A member's account, entry by entry; its closing balance is the chain's. 'from' and 'to' name periods.");
        api.MapGet("/deviations/{period:long}", Deviations).WithSummary("One metered period with positions, signed readings, corrections, balancing trades and settlement.");
        api.MapGet("/trades", Trades).WithSummary("The last trades, newest first.");
        api.MapGet("/book", (MarketViews views) => views.Book()).WithSummary("The open round's book, or the last cleared one's; null before the first bid.");
        api.MapGet("/flows", (MarketViews views) => views.Flows()).WithSummary("The last metered period's energy flows; null before the first reading.");
        api.MapGet("/chain", (MarketViews views) => views.Chain()).WithSummary("What the exchange last saw of the chain.");
    }

    private static FileContentHttpResult Market(MarketDescription market) => TypedResults.Bytes(WireFormat.Write(market), "application/json");

    private static Results<Ok<RoundPage>, ProblemHttpResult> Rounds(ExchangeJournal journal, MarketViews views, long? from, int limit = 96)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return LimitProblem(limit, MaxLimit);
        }

        if (from is < 0)
        {
            return Problem(StatusCodes.Status400BadRequest, "from", $"'from' is {from}; a period is 0 or more.");
        }

        if (journal.LastCleared() is not { } last)
        {
            return TypedResults.Ok(new RoundPage(from, limit, []));
        }

        var first = new Period(from ?? Math.Max(0, last.Index - limit + 1));
        var end = first.Index > last.Index ? first : new Period(Math.Min(last.Index, first.Index + limit - 1));
        var settlements = journal.Batches(BatchKind.Trades, first, end).ToDictionary(settlement => settlement.Period);
        ImmutableArray<RoundView> rounds =
            [.. journal.Rounds(first, end).Select(round => views.Of(new PastRound(round, settlements.GetValueOrDefault(round.Period))))];
        return TypedResults.Ok(new RoundPage(from, limit, rounds));
    }

    private static Results<Ok<RoundDetailView>, ProblemHttpResult> Round(long period, ExchangeJournal journal, MarketViews views)
    {
        var wanted = new Period(period);
        return journal.Round(wanted) is { } round
            ? TypedResults.Ok(views.Detail(new PastRound(round, journal.Batch(BatchKind.Trades, wanted)), journal.Bids(wanted), journal.MembersOf(wanted)))
            : Problem(StatusCodes.Status404NotFound, "period", $"Period {period} was not cleared here.");
    }

    private static Results<Ok<MemberDetailView>, ProblemHttpResult> Member(string id, MarketViews views)
    {
        if (!Address.TryParse(id, out var address))
        {
            return IdProblem();
        }

        return views.Member(address.ToMember()) is { } member
            ? TypedResults.Ok(member)
            : Problem(StatusCodes.Status404NotFound, "id", $"{address} is not a member of this community.");
    }

    private static Results<Ok<DeviationsView>, ProblemHttpResult> Deviations(long period, ExchangeJournal journal)
    {
        var wanted = new Period(period);
        return journal.Deviations(wanted) is { } deviations
            ? TypedResults.Ok(DeviationsView.Of(deviations, journal.Batch(BatchKind.Metered, wanted), journal.MeteredStanding(wanted)))
            : Problem(StatusCodes.Status404NotFound, "period", $"Period {period} was not metered here.");
    }

    private static async Task<Results<Ok<StatementView>, ProblemHttpResult>> StatementAsync(
        string id, MarketViews views, Statements statements, CancellationToken cancellation, long? from = null, long? to = null)
    {
        if (!Address.TryParse(id, out var address))
        {
            return IdProblem();
        }

        if (from is < 0 || to < (from ?? 0))
        {
            return Problem(StatusCodes.Status400BadRequest, from is < 0 ? "from" : "to", "'from' and 'to' are periods, 0 or more, and 'to' is not before 'from'.");
        }

        if (views.Member(address.ToMember()) is null)
        {
            return Problem(StatusCodes.Status404NotFound, "id", $"{address} is not a member of this community.");
        }

        try
        {
            var statement = await statements.OfAsync(
                address.ToMember(), from is { } first ? new Period(first) : null, to is { } last ? new Period(last) : null, cancellation);
            return TypedResults.Ok(statement);
        }
        catch (EthereumException failure)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, "id", $"The chain does not answer, and a statement without it would be no proof: {failure.Message}");
        }
        catch (FundsHistoryException contradiction)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, "id", $"The chain and the exchange's journal cannot both be right: {contradiction.Message}");
        }
    }

    private static Results<Ok<ImmutableArray<TradeView>>, ProblemHttpResult> Trades(MarketViews views, int limit = RoundHistory.KeptTrades) =>
        limit is < 1 or > RoundHistory.KeptTrades ? LimitProblem(limit, RoundHistory.KeptTrades) : TypedResults.Ok(views.Trades(limit));

    private static ProblemHttpResult IdProblem() =>
        Problem(StatusCodes.Status400BadRequest, "id", "A member's id is 0x and 40 hexadecimal digits, in one case or with a correct checksum.");

    private static ProblemHttpResult LimitProblem(int limit, int most) =>
        Problem(StatusCodes.Status400BadRequest, "limit", $"'limit' is {limit}; it must be from 1 to {most}.");

    internal static ProblemHttpResult Problem(int status, string parameter, string detail) => TypedResults.Problem(
        detail, statusCode: status, extensions: [KeyValuePair.Create("parameter", (object?)parameter)]);
}
